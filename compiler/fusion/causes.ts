// Why a value of a fused model is no longer known, in words, each with the way out where there is one: a total table.

import type { Cause, CauseId } from "../passes/deep-fusion/problems.js";

const sentences: { readonly [K in CauseId]: (layer: string, parameters: Cause["parameters"]) => string } = {
  "mean-meets-weight": (layer, { mean = "" }) => `${layer} multiplies a mean of the sources by weights${made(mean)}; let the width in front of it grow.`,
  "mean-meets-function": (layer, { mean = "" }) => `${layer} is not linear, and reads a mean of the sources${made(mean)}; let the width in front of it grow.`,
  "unlike-terms": (layer) => `${layer} adds what is the sources' mean to what is theirs side by side; let both widths grow, or none.`,
  "mean-in-product": (layer) => `${layer} multiplies by a mean of the sources; let its width grow.`,
  "shared-weight-on-features": (layer) => `${layer} applies one weight to the features of all sources, whose own weights differ; give it one for each feature or head, as \`gamma[heads, size]\`.`,
  "function-of-all-features": (layer) => `${layer} is a function of all features together.`,
  "joint-norm": (layer) => `${layer} has statistics of all features together; write \`norms: exact\`.`,
  "norm-over-mixed-axis": (layer) => `${layer} has statistics over features of the sources and others that they share.`,
  "batch-norm-shared": (layer) => `${layer} has the mean of the sources' statistics, which is nobody's; let its width grow.`,
  "group-norm-across-sources": (layer) => `${layer} has groups with channels of several sources; write \`group_size\` in the place of \`groups\`.`,
  "mixed-result": (layer) => `${layer} gives partly the sources' features and partly shared ones.`,
  "recurrent-state-shared": (layer) => `${layer} has a state that does not grow with the sources; let \`units\` grow.`,
  "key-value-heads-shared": (layer) => `${layer} has keys and values that heads of several sources share; let \`kv_heads\` grow with \`heads\`.`,
  "fused-positions": (layer) => `${layer} sees features where positions should be.`,
  "new-units-read": (layer) => `${layer} reads units that no source has; make the width the sum of the sources'.`,
  "no-place-for-factor": (layer) => `${layer} needs a factor of each source that no weight can take; put a norm with a scale in front of it.`,
  "new-weights-noise": (layer) => `${layer} has noise between the sources; write \`new_weights: zeros\`.`,
  "not-followed": (layer) => `${layer} is not followed.`,
};

/** The sentence of a cause. */
export function inWords({ id, place, parameters }: Cause): string {
  return sentences[id](`\`${place.path === "" ? place.what : place.path}\``, parameters);
}

function made(mean: string): string {
  return mean === "" ? "" : `, made at \`${mean}\``;
}
