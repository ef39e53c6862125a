// layer_norm, rms_norm, group_norm and l2_normalize: each example normalized by itself, so that none depends on its neighbors.

import { divisorUpTo } from "./convolution.js";
import type { LayerSignature, Options, ShapeResult, WeightSignature } from "./layer.js";
import type { OptionSpec } from "../options.js";
import type { TensorType } from "../types.js";
import { elements, lastSize, mismatch, notFloat, numberOption, ok, tensor } from "./shape-rules.js";

/** A norm along the last axis, which must be there. */
function alongLast(tensors: readonly TensorType[]): ShapeResult {
  const x = tensor(tensors, 0);
  if (x.dtype !== "f32") return notFloat(x);
  return x.shape.length > 0 ? ok(x, x.shape) : mismatch("at least one axis", x, "Make a vector of it with `concat(x)`.");
}

function epsilon(fallback: number, to: string): OptionSpec {
  return { name: "epsilon", doc: `Added to ${to}.`, type: { kind: "float", min: 0, open: true }, default: fallback };
}

const scale = (size: number): WeightSignature => ({ name: "scale", role: "scale", shape: [size], axes: ["feature"], init: { kind: "ones" } });
const bias = (size: number): WeightSignature => ({ name: "bias", role: "bias", shape: [size], axes: ["feature"], init: { kind: "zeros" } });

/** y = scale (x - mean) / sqrt(variance + epsilon) + bias, statistics along the last axis (Ba et al. 2016). */
export const layerNorm: LayerSignature = {
  doc: "y = scale (x - mean) / sqrt(variance + epsilon) + bias, with mean and variance along the last axis, for each position by itself (Ba et al. 2016). The variance has the divisor n.",
  tensors: ["x"],
  rule: { takes: ["f32[..., d]"], gives: "f32[..., d]" },
  options: [epsilon(1e-5, "the variance")],
  shape: alongLast,
  weights: (tensors) => [scale(lastSize(tensor(tensors, 0))), bias(lastSize(tensor(tensors, 0)))],
  flops: (_tensors, _options, result) => 7 * elements(result.shape),
};

/** y = scale x / sqrt(mean of x^2 + epsilon) along the last axis (Zhang and Sennrich 2019). */
export const rmsNorm: LayerSignature = {
  doc: "y = scale x / sqrt(mean of x^2 + epsilon), the mean along the last axis, for each position by itself (Zhang and Sennrich 2019).",
  tensors: ["x"],
  rule: { takes: ["f32[..., d]"], gives: "f32[..., d]" },
  options: [epsilon(1e-6, "the mean square")],
  shape: alongLast,
  weights: (tensors) => [scale(lastSize(tensor(tensors, 0)))],
  flops: (_tensors, _options, result) => 4 * elements(result.shape),
};

/** What is wrong with the groups that the options ask for, or null. */
function groupProblem(channels: number, options: Options): ShapeResult | null {
  const groups = numberOption(options, "groups");
  const size = numberOption(options, "group_size");
  if (groups > 0 && size > 0) return mismatch("one of `groups` and `group_size`", "both", "Keep `group_size`: it stays right where the width changes.");
  if (groups === 0 && size === 0) return mismatch("one of `groups` and `group_size`", "neither", "Write for example `group_norm(group_size: 16)`.");
  if (groups > 0) return channels % groups === 0 ? null : mismatch(`a number of channels that ${groups} groups divide`, `${channels} channels`, `Write \`groups: ${divisorUpTo(groups, channels)}\`, the most up to ${groups} that divide them.`);
  return channels % size === 0 ? null : mismatch(`a number of channels that groups of ${size} divide`, `${channels} channels`, `Write \`group_size: ${divisorUpTo(size, channels)}\`, the most up to ${size} that divides them.`);
}

/** As layer_norm, statistics over a group of channels and all positions (Wu and He 2018). */
export const groupNorm: LayerSignature = {
  doc: "y = scale (x - mean) / sqrt(variance + epsilon) + bias: the channels of the last axis fall into runs, and mean and variance are those of a run over all positions of the example (Wu and He 2018); scale and bias are of each channel. The variance has the divisor n.",
  tensors: ["x"],
  rule: { takes: ["f32[..., c]"], gives: "f32[..., c]", where: "c is a multiple of `groups` or of `group_size`, of which one is given" },
  options: [
    { name: "groups", doc: "Number of groups, whatever the number of channels.", type: { kind: "int", min: 1 }, default: null },
    { name: "group_size", doc: "Channels of a group; a wider model has more groups, and Deep Fusion keeps their statistics apart.", type: { kind: "int", min: 1 }, default: null },
    epsilon(1e-5, "the variance"),
  ],
  shape: (tensors, options) => {
    const result = alongLast(tensors);
    return result.kind === "mismatch" ? result : (groupProblem(lastSize(result.type), options) ?? result);
  },
  weights: (tensors) => [scale(lastSize(tensor(tensors, 0))), bias(lastSize(tensor(tensors, 0)))],
  flops: (_tensors, _options, result) => 7 * elements(result.shape),
};

/** x / sqrt(max(sum of x^2, epsilon)) along the last axis. */
export const l2Normalize: LayerSignature = {
  doc: "x / sqrt(max(sum of x^2, epsilon)) along the last axis: vectors of length 1, so that products of them are cosines.",
  tensors: ["x"],
  rule: { takes: ["f32[..., d]"], gives: "f32[..., d]" },
  options: [{ name: "epsilon", doc: "Least square of a length: shorter vectors, also 0, become no longer than 1.", type: { kind: "float", min: 0, open: true }, default: 1e-12 }],
  shape: alongLast,
  weights: () => [],
  flops: (_tensors, _options, result) => 3 * elements(result.shape),
};
