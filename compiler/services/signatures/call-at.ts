// What the call around a cursor calls, and which of its parameters stands at the cursor.

import type { FileScope } from "../../semantics/files.js";
import { fusionOptions } from "../../semantics/fusion/read-fusion.js";
import { sources } from "../../semantics/clauses/source.js";
import { isLayerName } from "../../semantics/layers/layers.js";
import type { FunctionSpec, OptionType } from "../../semantics/options.js";
import { optimizers } from "../../semantics/optimizers.js";
import { overparamOptions } from "../../semantics/overparam.js";
import { selections } from "../../semantics/selections.js";
import type { Cursor, Frame, Lexeme } from "../cursor/cursor.js";
import { declaredSignature, functionSignature, layerSignature, numberSignature, type Signature, type SignatureParameter, type Taken, type TextOf } from "./signature.js";

/** The file of the cursor and the texts of all. */
export interface Program {
  readonly file: FileScope;
  readonly textOf: TextOf;
}

export interface CallAt {
  readonly signature: Signature;
  /** The parameter at the cursor; null: none, or it is not known which. */
  readonly active: SignatureParameter | null;
  /** Names of those that are given already. */
  readonly given: ReadonlySet<string>;
  /** Does the cursor stand behind `name:`? */
  readonly isNamed: boolean;
}

const overparam: FunctionSpec = { doc: "Trains several copies of each kernel in its reach, a kernel set, and ships one: the fold, their mean.", options: overparamOptions };
const checkpoint: FunctionSpec = { doc: "A file of trained weights, with the model that they are of: `checkpoint(\"model.safetensors\") as Model(...)`.", options: [{ name: "file", doc: "The file, relative to the `.sop` file.", type: { kind: "string" } }] };
/** `fuse from a, b { options }`. */
export const fusion: FunctionSpec = { doc: "", options: fusionOptions };

/** The call whose list is the frame `at` of the cursor; null where it is no call, or of nothing known. */
export function callAt(program: Program, cursor: Cursor, at = cursor.frames.length - 1): CallAt | null {
  const frame = cursor.frames[at];
  if (frame === undefined || frame.open !== "(") return null;
  const signature = calleeOf(program, cursor, at);
  return signature === null ? null : { signature, ...givenIn(signature, frame, tensorsBefore(program, cursor, at, signature)) };
}

/** Arguments so far, and the parameter at the cursor. `tensors`: as many are given in front of the list. */
export function givenIn({ parameters }: Pick<Signature, "parameters">, frame: Frame, tensors: number): Omit<CallAt, "signature"> {
  const given = new Set(parameters.slice(0, tensors).map(({ name }) => name));
  const positional = parameters.filter(({ isPositional }) => isPositional).slice(tensors);
  let position = 0;
  for (const item of frame.done) {
    const name = nameOf(item);
    const parameter = name === null ? positional[position] : undefined;
    if (name !== null) given.add(name);
    else if (parameter !== undefined) {
      given.add(parameter.name);
      // Tensors of any number end where an option is named.
      if (!parameter.isVariadic) position++;
    }
  }
  const named = nameOf(frame.item);
  const active = named === null ? (positional[position] ?? null) : (parameters.find(({ name }) => name === named) ?? null);
  return { active: active !== null && named === null && given.has(active.name) && !active.isVariadic ? null : active, given, isNamed: named !== null };
}

/** `name` of `name: ...`. */
function nameOf([name, colon]: readonly Lexeme[]): string | null {
  return name?.kind === "name" && colon?.text === ":" ? name.text : null;
}

// The tensor of a pipe; in `layer name = call` the call stands without any.
function tensorsBefore(program: Program, cursor: Cursor, at: number, { parameters }: Signature): number {
  const frame = cursor.frames[at];
  const outer = cursor.frames[at - 1];
  const tensors = parameters.filter(({ takes, isPositional }) => takes.kind === "tensor" && isPositional);
  const isLayer = outer?.open === "{" && outer.item[0]?.text === "layer" && frame?.before === "=";
  if (isLayer || (outer?.open === "(" && expectedAt(program, cursor, at - 1)?.kind === "layer")) return tensors.length;
  return frame?.before === "|>" && tensors[0]?.isVariadic !== true ? 1 : 0;
}

/** What is expected at the cursor's place in a frame: the type of its parameter; null where it is in no call. */
export function expectedAt(program: Program, cursor: Cursor, at: number): Taken | null {
  return callAt(program, cursor, at)?.active?.takes ?? null;
}

function calleeOf(program: Program, cursor: Cursor, at: number): Signature | null {
  const frame = cursor.frames[at];
  const outer = cursor.frames[at - 1];
  const name = (frame?.callee ?? []).map(({ text }) => text).join("");
  if (frame === undefined || outer === undefined || name === "") return null;
  if (name === "overparam") return functionSignature(name, overparam);
  if (outer.open === "") return headCallee(program, cursor, outer, name);
  const expected = outer.open === "(" ? expectedAt(program, cursor, at - 1) : null;
  const spec = expected === null ? undefined : functionsIn(expected).get(name);
  if (spec !== undefined) return functionSignature(name, spec);
  if (outer.open === "{" && (cursor.declaration === "train" || cursor.declaration === "recipe")) {
    const clause = (outer.done[0] ?? outer.item)[0]?.text ?? "";
    if (clause === "optimizer" || clause === "select") {
      const table: Readonly<Record<string, FunctionSpec>> = clause === "optimizer" ? optimizers : selections([]);
      const found = Object.hasOwn(table, name) ? table[name] : undefined;
      return found === undefined ? null : functionSignature(name, found);
    }
    if (clause === "use") return declared(program, name, ["recipe"]);
  }
  return callable(program, cursor, name);
}

// `data d = csv(`, `model A = B(`, `fuse from checkpoint(`, `train a: B(`.
function headCallee(program: Program, cursor: Cursor, outer: Frame, name: string): Signature | null {
  if (cursor.declaration === "data") {
    const found = Object.entries(sources).find(([key]) => key === name)?.[1];
    return found === undefined ? null : functionSignature(name, found);
  }
  if (outer.item.length <= 2 && outer.done.length === 0) return null;
  if (cursor.declaration === "let") return numberSignature(name);
  const isSource = cursor.declaration === "model" && name === "checkpoint";
  const model = isSource ? functionSignature(name, checkpoint) : declared(program, name, ["model"]);
  // Its inputs are the data's.
  return model === null ? null : { ...model, parameters: model.parameters.filter(({ takes }) => takes.kind !== "tensor") };
}

function declared({ file, textOf }: Program, name: string, kinds: readonly string[]): Signature | null {
  const entry = file.entries.get(name);
  if (entry === undefined || !kinds.includes(entry.node.kind)) return null;
  return entry.node.kind === "block" || entry.node.kind === "model" || entry.node.kind === "recipe" ? declaredSignature(textOf, entry.file, entry.node) : null;
}

// The file shadows what is built in, and layers of the body shadow the file: their options are given where they are named.
function callable(program: Program, cursor: Cursor, name: string): Signature | null {
  const [first = "", method] = name.split(".");
  const local = cursor.locals.find((each) => each.name === first);
  if (method === "unembed") return layerSignature("unembed", name);
  if (local?.kind === "layer" || (local?.kind === "parameter" && local.type === "layer")) return { name, parameters: [{ name: "x", text: "x", doc: null, takes: { kind: "tensor" }, isPositional: true, isVariadic: false }], gives: null, doc: null };
  return declared(program, name, ["block", "model"]) ?? (isLayerName(name) ? layerSignature(name) : numberSignature(name));
}

/** The functions that a place takes by name. */
export function functionsIn(type: Taken): ReadonlyMap<string, FunctionSpec> {
  if (type.kind === "call") return new Map(Object.entries(type.functions));
  if (type.kind === "either") return new Map(type.types.flatMap((each: OptionType) => [...functionsIn(each)]));
  return new Map();
}
