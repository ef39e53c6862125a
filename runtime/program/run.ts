// A run as a generated program defines it: model, loss, data and training settings in one value. `defineRun` checks at compile
// time that they fit together; the rest of the runtime sees the plain `Run`.

import type { Tensor } from "@tensorflow/tfjs-core";
import type { Division } from "../data/batches.js";
import type { Dataset } from "../data/dataset.js";
import type { Weighing } from "../data/row-weights.js";
import type { Duration } from "../durations.js";
import type { Selection } from "../methods/sensitivity-sampling/selections.js";
import type { Metric } from "../metrics/metric.js";
import type { Mode } from "../mode.js";
import { stagesOf, type Optimizer } from "../optimizers/optimizer.js";
import type { Clip } from "../training/clipping.js";
import type { LossTerms } from "../training/training.js";
import type { Tensors, WeightSpecs } from "../weights.js";

/** Tensors by name, each with the batch in front. */
export type Named = Readonly<Record<string, Tensor>>;

/** Does something with the loss of a batch: the training state takes a step and gives a `Descent`. */
export interface Descends<W extends WeightSpecs, T> {
  descend(lossTerms: LossTerms<W>): T;
}

/** What `predict` applies to an output, the names of its classes if the program has them, and the fields whose values and length it has. */
export interface Link {
  readonly link: "softmax" | "sigmoid" | "none";
  readonly classes: readonly string[] | null;
  readonly field: string | null;
  /** The field that the output is as long as, if it is a sequence of unequal length. */
  readonly ragged?: string;
}

/** A scalar loss or mean is averaged over rows; a `Metric` carries counts that add up over batches. */
export type Measured = Tensor | Metric;

/** A trained model that weights begin with: the result of a run or its model after `step` steps, or a file of weights. */
export type RunSource =
  | {
      readonly run: Run;
      readonly step?: number;
      /** Its inputs that are fields here, with those; absent: all are, as `feeds` of the run says. */
      readonly feeds?: readonly (readonly [input: string, field: string])[];
    }
  | {
      /** Relative to the folder of the program's data. */
      readonly checkpoint: string;
      readonly model: string;
      /** Takes exactly the weights that `shapes` names; a method, since that is checked where they are read. */
      forward(weights: Named, input: Named, mode: Mode): Named;
      readonly shapes: Readonly<Record<string, readonly number[]>>;
      readonly segments?: Segments;
    };

/** What the compiler claims of a model that starts from others, at step 0 and in evaluation mode. */
export interface FusionClaims {
  /** The mean: sources in order, a name twice being the same weights twice, and their shares. */
  readonly mix: readonly (readonly [source: string, share: number])[];
  readonly outputs: Readonly<Record<string, OutputClaim>>;
  /** Terms of the loss that are convex in outputs that are the mean. */
  readonly convex: readonly string[];
}

/** What is claimed of an output; `place` is its file and line. */
export type OutputClaim = { readonly place: string } & (
  | { readonly kind: "mean" }
  /** The sum of the sources' outputs times these. */
  | { readonly kind: "weighted-sum"; readonly factors: readonly number[] }
  /** What `through` reads is the mean: a value that is made at `reads`. */
  | { readonly kind: "function-of-mean"; readonly through: string; readonly reads: string }
  | { readonly kind: "not"; readonly causes: readonly string[] }
);

/** What norms of a fused model keep apart, by their paths. */
export type Segments = Readonly<Record<string, readonly number[]>>;

/** Settings that do not depend on the types of the model. */
export interface RunSettings {
  readonly name: string;
  /** The model with its arguments, as the program writes it. */
  readonly model: string;
  /** SHA-256 of the program's IR, training clauses and seed. */
  readonly identity: string;
  /** SHA-256 of what the folded model computes and how rows reach it; a result stays usable while this stays. */
  readonly modelIdentity: string;
  readonly dataset: Dataset;
  /** Fields by the model's inputs that read them; of sequences of unequal length also their lengths, `words.length`. */
  readonly feeds: Readonly<Record<string, string>>;
  /** Fields of sequences that must be equally long in each row; absent: there are none. */
  readonly aligned?: readonly (readonly [string, string])[];
  /** Losses (`loss.name`) and metrics that are means over positions, by the field whose positions count; absent or not named: over rows. */
  readonly positions?: Readonly<Record<string, string>>;
  /** Trained models that weights begin with, by the names that these call them by; absent: all weights are drawn. */
  readonly sources?: Readonly<Record<string, RunSource>>;
  /** What is claimed of the whole model as it starts; absent: it does not start from others as a whole. */
  readonly claims?: FusionClaims;
  readonly segments?: Segments;
  /** Where the run is declared, if not in the program's own file: its folder holds the run. */
  readonly declaredIn?: { readonly file: string; readonly directory: string };
  readonly links: Readonly<Record<string, Link>>;
  readonly optimizer: Optimizer;
  /** Rows that are computed at a time. */
  readonly batch: number;
  /** Batches whose gradients one step takes together; 1 unless given. */
  readonly accumulate?: number;
  readonly length: { readonly unit: "steps" | "epochs"; readonly value: number } | Duration;
  readonly clip: Clip | null;
  readonly checkpoint: { readonly every: Duration | null; readonly keep: number | null; readonly best: string | null };
  readonly stop: { readonly metric: string; readonly patience: Duration } | null;
  /** How often the validation split is evaluated; null: after each epoch. */
  readonly evaluate: Duration | null;
  readonly l2: number;
  readonly l1?: number;
  /** Share that the moving average of the weights keeps at each step; absent: there is none. */
  readonly ema?: number;
  /** Weights of rows in the training loss; absent: none. */
  readonly weigh?: Weighing;
  /** How training rows are chosen; absent: all are taken. */
  readonly select?: Selection;
  readonly seed: number;
  /** Layer or op, and line in the `.sop` file, of each op of `forward` in order of execution. */
  readonly places: readonly (readonly [string, number])[];
}

/** What a generated program passes to `defineRun`. */
export interface RunDefinition<W extends WeightSpecs, I extends object, O extends object, R extends object> extends RunSettings {
  readonly weights: W;
  readonly forward: (weights: Tensors<W>, input: I, mode: Mode) => O;
  readonly loss: (output: O, row: R) => Named;
  readonly metrics: (output: O, row: R) => Readonly<Record<string, Measured>>;
  readonly step: <T>(training: Descends<W, T>, rows: R) => T;
}

/** A run, whatever its model. */
export interface Run extends RunSettings {
  readonly weights: WeightSpecs;
  readonly forward: (weights: Named, input: Named, mode: Mode) => Named;
  readonly loss: (output: Named, row: Named) => Named;
  readonly metrics: (output: Named, row: Named) => Readonly<Record<string, Measured>>;
  readonly step: <T>(training: Descends<WeightSpecs, T>, rows: Named) => T;
}

/** How a step of the run divides its rows. */
export function divisionOf({ accumulate = 1, optimizer }: Pick<Run, "accumulate" | "optimizer">): Division {
  return { accumulate, stages: stagesOf(optimizer), isSplit: optimizer.stages?.isSplit === true };
}

/** Rows of a step that is not the last of an epoch. */
export function rowsPerStep(run: Pick<Run, "batch" | "accumulate" | "optimizer">): number {
  const { accumulate, stages, isSplit } = divisionOf(run);
  return run.batch * accumulate * (isSplit ? stages : 1);
}

/** The loss of a batch of rows as a function of the weights. */
export function lossOf(run: Run, rows: Named): LossTerms<WeightSpecs> {
  return run.step({ descend: (lossTerms) => lossTerms }, rows);
}

/** Defines a run. The types of weights, inputs, outputs and rows are checked here and forgotten. */
export function defineRun<const W extends WeightSpecs, I extends object, O extends object, R extends object>(definition: RunDefinition<W, I, O, R>): Run {
  // The runtime passes exactly the weights, fields and outputs that the definition names; their types cannot say so.
  return definition as unknown as Run;
}
