// What Deep Fusion has to say of a program, as data: diagnostics are made of it elsewhere.

import type { Origin } from "../../source/source.js";

/** Where something arises: an op or a weight of the target. */
export interface Place {
  /** Path of the layer, or of the weight. */
  readonly path: string;
  /** The op's kind, or `weight`, `input`, `output`. */
  readonly what: string;
  readonly origin: Origin;
}

/** What makes a fusion impossible: there is no target then. */
export type FusionErrorId =
  /** `given`: the mixing weights are not as many as the sources, not above 0, or their sum is not 1. */
  | "mixing-weights"
  /** The graphs differ at `place`: `expected` in the target, `found` in the source `source`. */
  | "graphs-differ"
  /** A layer that no source has, and that is not added to what goes around it: at the start it is not the identity. */
  | "layer-not-added"
  /** An axis that may not grow has the size `target` here and `sources` there; `axis` says which. */
  | "fixed-axis-differs"
  /** The size `target` of a feature axis is neither that of all sources nor at least their sum `sources`. */
  | "sizes-do-not-add-up"
  /** Two uses of one axis ask for different orders of its positions; `other` is the second place. */
  | "layout-conflict"
  /** Two axes of one value would be the sources': features of one source would meet those of another. */
  | "outer-product"
  /** A grouped convolution has other groups, and other sizes of groups, than its sources. */
  | "groups-differ"
  /** `antisymmetric` needs one source, named again. */
  | "antisymmetric-needs-self-fusion";

/** Why an output is not the mean of the sources' outputs. */
export type CauseId =
  /** A mean over sources goes through a weight or a function that is not linear; `mean` is the layer that made it. */
  | "mean-meets-weight"
  | "mean-meets-function"
  /** Terms of a sum are not alike: a mean and features, or other factors. */
  | "unlike-terms"
  /** A product of a mean with something that is not the same in all sources. */
  | "mean-in-product"
  /** A weight that the sources would share is applied to features of each. */
  | "shared-weight-on-features"
  /** softmax, l2_normalize, or another function of all features at once. */
  | "function-of-all-features"
  /** Statistics over features of several sources, or over features and what all share. */
  | "joint-norm"
  | "norm-over-mixed-axis"
  | "batch-norm-shared"
  | "group-norm-across-sources"
  /** A layer whose result would be partly the sources' and partly shared. */
  | "mixed-result"
  /** A state that does not grow with the features. */
  | "recurrent-state-shared"
  /** Keys and values that all heads share. */
  | "key-value-heads-shared"
  /** A fused axis where positions are (attention, rotary). */
  | "fused-positions"
  /** New units meet an op that reads all of them. */
  | "new-units-read"
  /** A factor that no weight can take: a table used twice, a number that depends on the width. */
  | "no-place-for-factor"
  /** Noise between sources. */
  | "new-weights-noise"
  /** An op of another kind. */
  | "not-followed";

/** The first place where a value stops being known. */
export interface Cause {
  readonly id: CauseId;
  readonly place: Place;
  /** More for the message: `mean`, `axis`, ... */
  readonly parameters: Readonly<Record<string, string>>;
}

export type FusionWarningId =
  /** Self-fusion whose copies stay equal forever. */
  "stays-symmetric";

export interface FusionProblem {
  readonly severity: "error" | "warning";
  readonly id: FusionErrorId | FusionWarningId;
  readonly place: Place;
  readonly parameters: Readonly<Record<string, string>>;
}
