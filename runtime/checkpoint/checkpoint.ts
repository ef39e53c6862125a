// A checkpoint: everything that training needs to go on, in one safetensors file. Weights and optimizer state are its
// tensors; step, identity and what early stopping has seen are its metadata. Mixing weights are not stored: a step's are
// drawn from its number.

import { createHash } from "node:crypto";
import type { Best } from "../training/early-stopping.js";
import type { Segments } from "../program/run.js";
import { UserError } from "../program/errors.js";
import { readWhole, writeFileAtomically } from "./files.js";
import { decodeSafetensors, encodeSafetensors, type Safetensors, type StoredTensor } from "./safetensors.js";

/** Changes when a checkpoint of before could not be read. */
const version = "1";

/** What a checkpoint knows besides tensors. */
export interface Position {
  /** Identity of the run. */
  readonly identity: string;
  /** Steps taken. */
  readonly step: number;
  /** For `stop when ... stalls`. */
  readonly stopping: Best | null;
  /** For `checkpoint best ...`. */
  readonly best: Best | null;
  /** Early stopping has ended the run. */
  readonly stopped: boolean;
  /** Steps that moments had behind them when training began, by the paths of their weights. Absent: none had. */
  readonly counts?: Readonly<Record<string, number>>;
}

export interface Checkpoint {
  readonly position: Position;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Writes a checkpoint; the file is there whole or not at all. */
export function writeCheckpoint(path: string, { position, tensors }: Checkpoint): void {
  const metadata = new Map([
    ["format", "sop-checkpoint"],
    ["version", version],
    ["identity", position.identity],
    ["step", String(position.step)],
    ["state", JSON.stringify({ stopping: position.stopping, best: position.best, stopped: position.stopped, counts: position.counts })],
  ]);
  writeFileAtomically(path, encodeSafetensors(sealed({ tensors, metadata })));
}

/** Reads and checks a checkpoint. Throws a UserError if the file is not a sound one; null if it does not exist. */
export function readCheckpoint(path: string): Checkpoint | null {
  const bytes = readWhole(path);
  if (bytes === null) return null;
  const content = decodeSafetensors(bytes, path);
  const { tensors, metadata } = content;
  const broken = (what: string): UserError => new UserError(`\`${path}\` ${what}.`, "Delete the file, or train again with `--fresh`.");
  if (metadata.get("format") !== "sop-checkpoint") throw broken("is not a checkpoint of sop");
  if (metadata.get("version") !== version) throw broken(`is a checkpoint of version ${metadata.get("version") ?? "?"}, expected ${version}`);
  const step = Number(metadata.get("step"));
  const state = parseState(metadata.get("state") ?? "");
  if (!Number.isSafeInteger(step) || step < 0 || state === null) throw broken("does not say where its run stands");
  if (!isSealed(content)) throw broken(damaged);
  return { position: { identity: metadata.get("identity") ?? "", step, ...state }, tensors };
}

/** Writes a folded model: weights in the order of the program, and what its norms keep apart. Nothing here depends on how the model was trained, so that an
 * overparameterized one has exactly the size of a plain one. */
export function writeModel(path: string, identity: string, tensors: ReadonlyMap<string, StoredTensor>, segments: Segments = {}, help?: string): void {
  const metadata = new Map([
    ["format", "sop-model"],
    ["version", version],
    ["identity", identity],
    ...(Object.keys(segments).length === 0 ? [] : [["segments", JSON.stringify(segments)] as const]),
  ]);
  writeFileAtomically(path, encodeSafetensors(sealed({ tensors, metadata })), help);
}

/** Reads a folded model and the identity of its run. Throws a UserError if the file is not a sound one; null if it does not exist. */
export function readModel(path: string): { readonly identity: string; readonly tensors: ReadonlyMap<string, StoredTensor> } | null {
  const bytes = readWhole(path);
  if (bytes === null) return null;
  const content = decodeSafetensors(bytes, path);
  const { tensors, metadata } = content;
  if (metadata.get("format") !== "sop-model") throw new UserError(`\`${path}\` is not a model of sop.`, "Delete the file and train again.");
  if (!isSealed(content)) throw new UserError(`\`${path}\` ${damaged}.`, "Delete the file and train again.");
  return { identity: metadata.get("identity") ?? "", tensors };
}

/** Reads weights of a model of sop or of another program, and what its norms keep apart. Throws a UserError if the file is not a sound one; null if it does not exist. */
export function readWeights(path: string): { readonly tensors: ReadonlyMap<string, StoredTensor>; readonly segments: Segments } | null {
  const bytes = readWhole(path);
  if (bytes === null) return null;
  const content = decodeSafetensors(bytes, path);
  const format = content.metadata.get("format");
  if (format === "sop-checkpoint") throw new UserError(`\`${path}\` is a checkpoint for going on with a run, not a model.`, "Name the `model.safetensors` of the run, or a file that `sop export` wrote; in `fuse from`, for the weights after a step, name the run itself: `name at step 1000`.");
  if (format === "sop-model" && !isSealed(content)) throw new UserError(`\`${path}\` ${damaged}.`, "Write the file again.");
  return { tensors: content.tensors, segments: parseSegments(content.metadata.get("segments")) };
}

function parseSegments(text: string | undefined): Segments {
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    const isSegments = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) && Object.values(parsed).every((list) => Array.isArray(list) && list.every((size) => Number.isSafeInteger(size)));
    return isSegments ? (parsed as Segments) : {};
  } catch {
    return {};
  }
}

const damaged = "is damaged: its content has another SHA-256 than when it was written";

/** With the SHA-256 of metadata and tensors among the metadata: no bit of a number may change unseen. */
export function sealed({ tensors, metadata }: Safetensors): Safetensors {
  return { tensors, metadata: new Map([...metadata, ["sha256", digest({ tensors, metadata })]]) };
}

/** Is the SHA-256 among the metadata that of the rest? */
export function isSealed({ tensors, metadata }: Safetensors): boolean {
  const rest = new Map(metadata);
  rest.delete("sha256");
  return metadata.get("sha256") === digest({ tensors, metadata: rest });
}

function digest({ tensors, metadata }: Safetensors): string {
  // By name: a file may have its entries in any order.
  const inOrder = <T>(entries: ReadonlyMap<string, T>): readonly (readonly [string, T])[] => [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify(inOrder(metadata)));
  for (const [name, { dtype, shape, values }] of inOrder(tensors)) hash.update(JSON.stringify([name, dtype, shape])).update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex");
}

/** Compares names, dtypes and shapes with what is expected; `what` is for the message. */
export function checkTensors(found: ReadonlyMap<string, StoredTensor>, expected: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>, what: string): void {
  const help = "Build and train again, or name the file of this model.";
  for (const [name, { dtype, shape }] of expected) {
    const tensor = found.get(name);
    if (tensor === undefined) throw new UserError(`\`${what}\` has no \`${name}\`.`, help);
    if (tensor.dtype !== dtype || tensor.shape.join() !== shape.join()) {
      throw new UserError(`\`${what}\` has \`${name}\` as ${tensor.dtype}[${tensor.shape.join(", ")}], expected ${dtype}[${shape.join(", ")}].`, help);
    }
  }
  for (const name of found.keys()) if (!expected.has(name)) throw new UserError(`\`${what}\` has \`${name.slice(0, 60)}\`, which the model does not.`, help);
}

function parseState(text: string): Pick<Position, "stopping" | "best" | "stopped" | "counts"> | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || !("stopping" in parsed) || !("best" in parsed) || !("stopped" in parsed)) return null;
  const { stopping, best, stopped } = parsed;
  if (!isBest(stopping) || !isBest(best) || typeof stopped !== "boolean") return null;
  if (!("counts" in parsed)) return { stopping, best, stopped };
  return isCounts(parsed.counts) ? { stopping, best, stopped, counts: parsed.counts } : null;
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((count) => Number.isSafeInteger(count) && count >= 0);
}

function isBest(value: unknown): value is Best | null {
  if (value === null) return true;
  return typeof value === "object" && "value" in value && "step" in value && typeof value.value === "number" && typeof value.step === "number";
}
