// Runs and what they start from: which come first, what each is (its identity has those of its sources in it), and the trained weights of
// sources, checked before anything is trained.

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { checkTensors, readModel, readWeights, type Checkpoint } from "../checkpoint/checkpoint.js";
import { readWhole } from "../checkpoint/files.js";
import type { StoredTensor } from "../checkpoint/safetensors.js";
import { own, type LoadedDataset } from "../data/load.js";
import type { SourceWeights } from "../initializers.js";
import { stepsInWords } from "../logging/numbers.js";
import type { SourceMoments, TrainedMoments } from "../training/carried.js";
import { totalSteps } from "../training/loop.js";
import { initialWeights } from "../weights.js";
import { toStored } from "../checkpoint/tensors.js";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "./errors.js";
import { runIdentity } from "./identity.js";
import { folderOf, type Datasets, type Program } from "./program.js";
import { checkpointAt } from "./run-checkpoints.js";
import type { Run, RunSource } from "./run.js";
import { carriedSourcesOf, momentsIn, type CarriedSource } from "./source-state.js";

type CheckpointSource = Extract<RunSource, { readonly checkpoint: string }>;
type TrainedSource = Extract<RunSource, { readonly run: Run }>;

/** The runs that a run starts from. */
export function sourceRunsOf(run: Run): readonly { readonly run: Run; readonly step: number | null }[] {
  return Object.values(run.sources ?? {}).flatMap((source) => ("run" in source ? [{ run: source.run, step: source.step ?? null }] : []));
}

/** `runs` with all that they start from, sources first. */
export function withSources(runs: readonly Run[]): readonly Run[] {
  const all = new Set<Run>();
  const visit = (run: Run): void => {
    for (const source of sourceRunsOf(run)) visit(source.run);
    all.add(run);
  };
  runs.forEach(visit);
  return [...all];
}

/** Steps of a run after which others of the program start from it. */
export function snapshotsOf(program: Program, run: Run): readonly number[] {
  const steps = withSources(program.runs).flatMap((other) => sourceRunsOf(other).flatMap((source) => (source.run === run && source.step !== null ? [source.step] : [])));
  return [...new Set(steps)].sort((a, b) => a - b);
}

/** Those of its steps after which others of the program begin with its optimizer's state, too. */
export function keptStepsOf(program: Program, run: Run): readonly number[] {
  const steps = withSources(program.runs).flatMap((other) => carriedSourcesOf(other).flatMap((source) => (source.run === run && source.step !== null ? [source.step] : [])));
  return [...new Set(steps)];
}

export class RunGraph {
  private readonly identities = new Map<Run, Promise<string>>();

  constructor(
    private readonly program: Program,
    private readonly datasets: Datasets,
  ) {}

  /** What a run is: its program, data, and all that it starts from. */
  identity(run: Run): Promise<string> {
    const known = this.identities.get(run);
    if (known !== undefined) return known;
    const found = this.identify(run);
    this.identities.set(run, found);
    return found;
  }

  private async identify(run: Run): Promise<string> {
    const data = await this.datasets.get(run.dataset);
    return runIdentity(run, data.hash, await this.sourceIdentities(run));
  }

  /** By the names of sources; of a run in the middle with its step, of a file the SHA-256 of its bytes. */
  async sourceIdentities(run: Run): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {};
    for (const [name, source] of Object.entries(run.sources ?? {})) {
      if (!("run" in source)) found[name] = this.checkpointHash(run, source);
      else found[name] = `${await this.identity(source.run)}${source.step === undefined ? "" : ` at step ${source.step}`}`;
    }
    return found;
  }

  private checkpointHash(run: Run, source: CheckpointSource): string {
    const bytes = readWhole(resolve(this.program.dataDirectory, source.checkpoint));
    if (bytes === null) throw missing(run, source);
    return createHash("sha256").update(bytes).digest("hex");
  }

  /** Reads what files of weights there are and compares what sources met with what the run meets, before anything is trained. */
  async check(run: Run): Promise<void> {
    const data = await this.datasets.get(run.dataset);
    for (const [name, source] of Object.entries(run.sources ?? {})) {
      if (!("run" in source)) {
        this.checkpointTensors(run, source);
        continue;
      }
      const sourceData = await this.datasets.get(source.run.dataset);
      checkStep(run, source, sourceData);
      checkFitted(run, data, name, source, sourceData);
    }
  }

  /** The trained weights that a run begins with. */
  async weights(run: Run): Promise<SourceWeights> {
    const tensors = new Map<string, ReadonlyMap<string, StoredTensor>>();
    for (const [name, source] of Object.entries(run.sources ?? {})) tensors.set(name, "run" in source ? await this.trainedTensors(run, source.run, source.step ?? null) : this.checkpointTensors(run, source));
    return lookUp(tensors);
  }

  /** The same for a run of two steps: sources that are runs are as they begin. */
  async untrainedWeights(run: Run): Promise<SourceWeights> {
    const tensors = new Map<string, ReadonlyMap<string, StoredTensor>>();
    for (const [name, source] of Object.entries(run.sources ?? {})) {
      if (!("run" in source)) {
        tensors.set(name, this.checkpointTensors(run, source));
        continue;
      }
      const plain = Object.fromEntries(Object.entries(source.run.weights).map(([path, spec]) => [path, { ...spec, set: null }]));
      const made = initialWeights(plain, source.run.seed, await this.untrainedWeights(source.run));
      tensors.set(name, await toStored(made));
      tf.dispose(made);
    }
    return lookUp(tensors);
  }

  /** What the optimizers of sources kept, which that of a run begins with; null: it begins with zeros. */
  async moments(run: Run): Promise<SourceMoments | null> {
    const read = new Map<string, (weight: string) => TrainedMoments | null>();
    for (const source of carriedSourcesOf(run)) {
      const state = await this.state(run, source);
      read.set(source.name, (weight) => momentsIn(source.run, state, weight));
    }
    return read.size === 0 ? null : (source, weight) => read.get(source)?.(weight) ?? null;
  }

  /** The checkpoint of a source, whose optimizer's state a run begins with. Throws a UserError if there is none. */
  async state(run: Run, { run: source, step }: CarriedSource): Promise<Checkpoint> {
    const folder = folderOf(this.program, source);
    const record = folder.read();
    const at = step ?? record?.modelStep ?? record?.step ?? 0;
    const found = checkpointAt(folder, at, await this.identity(source));
    if (found !== null) return found;
    const lost = step === null ? "is missing" : "is missing: it was trained beyond that step before a run asked for it";
    throw new UserError(`\`${run.name}\` begins with the moments of \`${source.name}\`${step === null ? "" : ` at step ${step}`}, and \`${folder.checkpoint(at)}\` ${lost}.`, `${this.again(source)} Or write \`moments: fresh\`.`);
  }

  /** How to train a source anew: only the program's own runs are trained by name. */
  private again(source: Run): string {
    return source.declaredIn === undefined ? `Run \`sop train ${this.program.path} ${source.name} --fresh\`.` : `Move \`${folderOf(this.program, source).path}\` away and run the same command again.`;
  }

  /** The weights of a source. Throws a UserError if they are not there, or of another program. */
  async trainedTensors(run: Run, source: Run, step: number | null): Promise<ReadonlyMap<string, StoredTensor>> {
    const folder = folderOf(this.program, source);
    const path = step === null ? folder.model : folder.snapshot(step);
    const found = readModel(path);
    const again = this.again(source);
    if (found === null) {
      if (step === null) throw new UserError(`\`${run.name}\` starts from \`${source.name}\`, which is not trained: \`${path}\` is missing.`, `Run \`sop train ${this.program.path} ${source.name}\` first.`);
      const ended = folder.read();
      if (ended?.status === "finished" && ended.step < step) {
        throw new UserError(`\`${run.name}\` starts from \`${source.name}\` at step ${step}, and \`${source.name}\` ended at step ${ended.step}.`, `Name an earlier step, or leave \`at step\` out for the result of \`${source.name}\`.`);
      }
      throw new UserError(`\`${run.name}\` starts from \`${source.name}\` at step ${step}, and \`${folder.path}\` has no model of that step: it was trained beyond it before a run asked for it.`, again);
    }
    if (found.identity !== (await this.identity(source))) throw new UserError(`\`${run.name}\` starts from \`${source.name}\`, and \`${path}\` is of another program.`, again);
    checkTensors(found.tensors, shapesOf(Object.fromEntries(Object.entries(source.weights).map(([name, { shape }]) => [name, shape]))), path);
    return found.tensors;
  }

  private checkpointTensors(run: Run, source: CheckpointSource): ReadonlyMap<string, StoredTensor> {
    const path = resolve(this.program.dataDirectory, source.checkpoint);
    const found = readWeights(path);
    if (found === null) throw missing(run, source);
    checkTensors(found.tensors, shapesOf(source.shapes), source.checkpoint);
    const expected = JSON.stringify(source.segments ?? {});
    if (JSON.stringify(found.segments) !== expected) {
      throw new UserError(`\`${source.checkpoint}\` is of a model whose norms keep ${Object.keys(found.segments).length === 0 ? "no sources" : "other sources"} apart than those of \`${source.model}\`.`, "Name the model that the file was written from after `as`.");
    }
    return found.tensors;
  }
}

/** Zeros in the shapes of the sources' weights: for a run that goes on, whose weights are read from its checkpoint, whether or not its sources are still there. */
export function noWeights(run: Run): SourceWeights {
  return (source, weight) => {
    const from = run.sources?.[source];
    const shape = from === undefined ? undefined : "run" in from ? from.run.weights[weight]?.shape : from.shapes[weight];
    if (shape === undefined) throw new Error(`there is no ${weight} of ${source}`);
    return { shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
  };
}

function lookUp(tensors: ReadonlyMap<string, ReadonlyMap<string, StoredTensor>>): SourceWeights {
  return (source, weight) => {
    const found = tensors.get(source)?.get(weight);
    if (found === undefined || !(found.values instanceof Float32Array)) throw new Error(`there is no ${weight} of ${source}`);
    return { shape: found.shape, values: found.values };
  };
}

function shapesOf(shapes: Readonly<Record<string, readonly number[]>>): ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }> {
  return new Map(Object.entries(shapes).map(([path, shape]) => [path, { dtype: "F32", shape }]));
}

function missing(run: Run, { checkpoint }: CheckpointSource): UserError {
  return new UserError(`\`${run.name}\` starts from \`${checkpoint}\`, which does not exist.`, "Name a file of weights relative to the `.sop` file.");
}

/** How many steps epochs are is known with the rows. */
function checkStep(run: Run, { run: source, step }: TrainedSource, data: LoadedDataset): void {
  const steps = totalSteps(source, data.splits.train.length);
  if (step === undefined || step <= steps) return;
  throw new UserError(`\`${run.name}\` starts from \`${source.name}\` at step ${step}, and \`${source.name}\` has ${source.select === undefined ? "" : "at most "}${stepsInWords(steps)}.`, `Name an earlier step, or leave \`at step\` out for the result of \`${source.name}\`.`);
}

/** What training splits and files determined of the inputs must be equal: a source knows its inputs by these numbers. */
function checkFitted(run: Run, data: LoadedDataset, name: string, source: TrainedSource, sourceData: LoadedDataset): void {
  const feeds = source.feeds ?? Object.keys(source.run.feeds).flatMap((input) => (run.feeds[input] === undefined ? [] : [[input, run.feeds[input]] as const]));
  for (const [input, here] of feeds) {
    const field = source.run.feeds[input];
    if (field === undefined || (data === sourceData && here === field)) continue;
    const [meant, met] = [meaningOf(data, here), meaningOf(sourceData, field)];
    const what = Object.keys(meant).find((kind) => meant[kind] !== met[kind]);
    if (what !== undefined) throw new UserError(`\`${name}\` was trained with another ${what} of its input \`${input}\` than \`${run.name}\` has.`, "Train both on the same training rows of the same field.");
  }
}

/** What the numbers of a field mean, by what says so. */
function meaningOf({ fitted, declaration }: LoadedDataset, field: string): Readonly<Record<string, string>> {
  const declared = own(declaration.fields, field);
  const isList = declared?.dtype === "i32" && declared.shape.length > 0;
  return {
    "mean and spread": JSON.stringify(own(fitted.statistics, field) ?? null),
    vocabulary: JSON.stringify(own(fitted.vocabularies, field) ?? null),
    "tokenizer file": isList ? (fitted.tokenizer ?? "") : "",
  };
}
