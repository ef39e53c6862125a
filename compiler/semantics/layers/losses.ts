// Losses: the prediction first, then the target; means over the batch and all other axes, so scalars.

import { printType, type TensorType } from "../types.js";
import type { OptionSpec } from "../options.js";
import type { LayerSignature, RuleInWords, ShapeResult } from "./layer.js";
import { elements, lastSize, mismatch, scalar, tensor } from "./shape-rules.js";

/** Logits [..., classes] against whole-number labels [...]. `single` lets one logit stand for two classes. */
export function labelled(tensors: readonly TensorType[], single: boolean): ShapeResult {
  const logits = tensor(tensors, 0);
  const labels = tensor(tensors, 1);
  if (logits.dtype !== "f32") return mismatch("logits (f32) first, then labels", logits, "Put the prediction first, then the target.");
  if (logits.shape.length === 0) return mismatch("logits f32[..., classes]", logits, "Give the output one logit for each class, with `dense(classes)`.");
  const positions = logits.shape.slice(0, -1);
  const wanted = `labels ${printType({ dtype: "i32", shape: positions, below: single && lastSize(logits) === 1 ? 2 : lastSize(logits) })} for logits ${printType(logits)}`;
  if (labels.dtype !== "i32") return mismatch(wanted, labels, "Declare the target as `class[n]`, or use `mse` for numbers.");
  if (labels.shape.length !== positions.length || labels.shape.some((n, i) => n !== positions[i])) return mismatch(wanted, labels, positionsFix(positions, labels.shape));
  const classes = single && lastSize(logits) === 1 ? 2 : lastSize(logits);
  if (labels.below !== null && labels.below > classes)
    return mismatch(`labels below ${classes}, the number of logits`, `labels below ${labels.below}`, `Give the output ${labels.below} logits.`);
  return scalar;
}

// What to do where there is not one label for each position.
function positionsFix(positions: readonly number[], labels: readonly number[]): string {
  if (positions.length > labels.length) return positions.length === 2 ? "Reduce the axes of the output before its last layer, with `flatten` or `global_avg_pool`." : "Give one prediction for each example: `last`, `mean(axis: 0)` or `flatten` before the last layer.";
  return positions.length < labels.length ? "Give one prediction for each position: leave out what reduces the sequence, such as `last`, `mean` or `flatten`." : "Give the output and the target equally many positions.";
}

/** Two f32 tensors of one shape. */
export function alike(tensors: readonly TensorType[]): ShapeResult {
  const prediction = tensor(tensors, 0);
  const target = tensor(tensors, 1);
  if (prediction.dtype !== "f32") return mismatch("f32", prediction, "Give the prediction first: an output of the model.");
  if (target.dtype !== "f32") return mismatch("f32 as the target", target, castTarget(prediction, target));
  if (prediction.shape.length !== target.shape.length || prediction.shape.some((n, i) => n !== target.shape[i])) return mismatch(`a target ${printType(prediction)}`, target, prediction.shape.length === target.shape.length ? "Give the output the size of the target." : "Bring the output to the shape of the target, with `flatten`, `mean` or `reshape`.");
  return scalar;
}

// What to do about whole numbers as a target; where they are labels for the prediction, there is more to say (`label-targets.ts`).
function castTarget(prediction: TensorType, target: TensorType): string {
  return fitsAsNumbers(prediction, target) ? "Turn the target into f32 with `cast(target, f32)`, or use `cross_entropy` for labels." : "Give the output the shape of the target, and turn the target into f32 with `cast(target, f32)`; for labels use `cross_entropy`, with one logit for each class.";
}

/** Have both one shape, where one number counts as a vector of one? */
export function fitsAsNumbers({ shape: a }: TensorType, { shape: b }: TensorType): boolean {
  const isOne = (shape: readonly number[]): boolean => shape.length === 0 || (shape.length === 1 && shape[0] === 1);
  return (isOne(a) && isOne(b)) || (a.length === b.length && a.every((size, i) => size === b[i]));
}

/** `labelled` in words. */
export const labelledRule: RuleInWords = { takes: ["f32[..., classes]", "i32[...] below classes"], gives: "f32" };

/** `labelled` in words, where one logit may stand for two classes. */
export const singleRule: RuleInWords = { ...labelledRule, where: "one logit stands for two classes, so that labels are below 2 then" };

/** `alike` in words. */
export const alikeRule: RuleInWords = { takes: ["f32[...]", "f32[...]"], gives: "f32", where: "`...` is the same in both" };

/** A vector for each of two partners. */
export function vectors(tensors: readonly TensorType[]): ShapeResult {
  const odd = [tensor(tensors, 0), tensor(tensors, 1)].find((x) => x.dtype !== "f32" || x.shape.length !== 1);
  return odd === undefined ? alike(tensors) : mismatch("a vector f32[d] for each example", odd, "Compare two vectors; for labels there are `accuracy`, `top_k` and `f1`.");
}

/** `vectors` in words. */
export const vectorsRule: RuleInWords = { takes: ["f32[d]", "f32[d]"], gives: "f32" };

/** A loss or metric of a prediction and a target. */
export function pair(doc: string, rule: RuleInWords, shape: (tensors: readonly TensorType[]) => ShapeResult, options: readonly OptionSpec[] = []): LayerSignature {
  return { doc, tensors: ["prediction", "target"], rule, options, shape, weights: () => [], flops: (tensors) => 4 * elements(tensor(tensors, 0).shape) };
}

/** The losses by name. */
export const losses = {
  cross_entropy: pair("-log softmax(logits)[label], the mean over rows and positions. Takes logits: `predict` applies the softmax.", labelledRule, (tensors) => labelled(tensors, false), [
    { name: "smoothing", doc: "Share of the target that is spread evenly over all classes (Szegedy et al. 2016).", type: { kind: "float", min: 0, max: 1 }, default: 0 },
  ]),
  binary_cross_entropy: pair("-t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)) of logits x and targets t from 0 to 1, the mean over rows and elements. Takes logits: `predict` applies the sigmoid.", alikeRule, alike),
  mse: pair("The mean of (prediction - target)^2 over rows and elements.", alikeRule, alike),
  mae: pair("The mean of |prediction - target| over rows and elements.", alikeRule, alike),
  huber: pair("e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2), with e = prediction - target; the mean over rows and elements (Huber 1964).", alikeRule, alike, [
    { name: "delta", doc: "Where the quadratic part ends.", type: { kind: "float", min: 0, open: true }, default: 1 },
  ]),
  kl: pair("sum t (log t - log softmax(logits)) over the last axis, the Kullback-Leibler divergence of target probabilities t from the prediction; the mean over rows and positions.", { takes: ["f32[..., classes]", "f32[..., classes]"], gives: "f32" }, (tensors) => {
    const logits = tensor(tensors, 0);
    return logits.dtype === "f32" && logits.shape.length === 0 ? mismatch("logits f32[..., classes]", logits, "Give the output one logit for each class, with `dense(classes)`.") : alike(tensors);
  }),
  kl_normal: {
    ...pair("sum (mean^2 + exp(log_variance) - 1 - log_variance) / 2 over the last axis, the Kullback-Leibler divergence of a normal distribution from the standard one; the mean over rows and positions (Kingma and Welling 2014).", { takes: ["f32[..., d]", "f32[..., d]"], gives: "f32" }, (tensors) => {
      const mean = tensor(tensors, 0);
      return mean.dtype === "f32" && mean.shape.length === 0 ? mismatch("a mean f32[..., d]", mean, "Make a vector of it, with `concat(x)` in the model.") : alike(tensors);
    }),
    tensors: ["mean", "log_variance"],
  },
  contrastive: {
    ...pair("-log softmax(a b' / temperature) at the own partner, for each row of a among all b of the batch and for each row of b among all a; the mean of both (Radford et al. 2021). Vectors of length 1, by `l2_normalize`, make products cosines. It depends on the size of the batch.", vectorsRule, vectors, [
      { name: "temperature", doc: "Products are divided by it.", type: { kind: "float", min: 0, open: true }, default: 0.07 },
    ]),
    tensors: ["a", "b"],
  },
} as const satisfies Readonly<Record<string, LayerSignature>>;

/** What the loss of a row depends on: the row alone, so that the loss of a batch is the mean of its rows', or all rows of the batch. */
export const lossScope: { readonly [K in keyof typeof losses]: "row" | "batch" } = {
  cross_entropy: "row",
  binary_cross_entropy: "row",
  mse: "row",
  mae: "row",
  huber: "row",
  kl: "row",
  kl_normal: "row",
  contrastive: "batch",
};

/** Is it a loss that compares the rows of a batch with each other? */
export const comparesRows = (layer: string): boolean => Object.entries(lossScope).some(([name, scope]) => name === layer && scope === "batch");
