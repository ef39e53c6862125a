// Metrics as cases: figures by hand on small batches, and those of sequences of unequal length that PyTorch gave.

import * as tf from "@tensorflow/tfjs-core";
import * as sop from "../../../runtime/index.js";
import { unpack, type Packed } from "../numeric.js";
import { within, type Case, type Compute, type Outcome } from "./case.js";
import { padded, referenceFile } from "./references.js";

/** A metric of one batch, or of the batches one after the other. */
interface Figure {
  readonly of: string;
  readonly name: string;
  readonly parts: () => readonly sop.Metric[];
  readonly expected: number;
}

interface RaggedMetric {
  readonly op: "accuracy" | "topK" | "f1" | "perplexity";
  readonly lengths: number[];
  readonly options: { readonly k: number } & sop.F1Options;
  readonly logits: Packed;
  readonly labels: Packed;
  readonly value: number;
}

const logits = [[3, 1, 2], [0, 2, 1], [1, 0, 5], [2, 1, 0], [0, 1, 2], [5, 4, 3]];
const labels = [0, 1, 1, 0, 0, 2];
// Predicted 0 1 2 0 2 0: per class (TP, predicted, true) = (2, 3, 3), (1, 1, 2), (0, 2, 1).
const scores = [4 / 6, 2 / 3, 0] as const;
const crossEntropy = logits.reduce((sum, row, i) => sum + (Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - (row[labels[i] ?? 0] ?? NaN)) / 6, 0);
// Years around 2,000 and predictions that miss by 0.5: sums of squares in single precision would be off by more than their variation.
const years = Array.from({ length: 1000 }, (_, row) => 1990 + (row % 21));
const variation = years.reduce((sum, year) => sum + (year - years.reduce((total, each) => total + each / 1000, 0)) ** 2, 0);
// Products by row: 2 3 0 1, own rank 2; 0 1 3 1, own rank 2 (the fourth is equal, not larger); 2 4 3 2, own rank 2; -2 -3 0 -1, own rank 2.
const [left, right] = [[[1, 0], [0, 1], [1, 1], [-1, 0]], [[2, 0], [3, 1], [0, 3], [1, 1]]];

type OfLogits = (x: tf.Tensor, y: tf.Tensor) => sop.Metric;
const int = (values: readonly number[]): tf.Tensor => tf.tensor1d([...values], "int32");
const whole = (metric: OfLogits) => (): readonly sop.Metric[] => [metric(tf.tensor2d(logits), int(labels))];
const halves = (metric: OfLogits) => (): readonly sop.Metric[] => [[0, 4], [4, 6]].map(([from, to]) => metric(tf.tensor2d(logits.slice(from, to)), int(labels.slice(from, to))));
const binary = (metric: OfLogits, x: readonly number[], y: readonly number[]) => (): readonly sop.Metric[] => [metric(tf.tensor2d(x.map((one) => [one])), int(y))];
const f1 = (average: sop.F1Options["average"], ignore = -1): OfLogits => (x, y) => sop.f1(x, y, { average, ignore });
const topK = (k: number): OfLogits => (x, y) => sop.topK(x, y, { k });

const figures: readonly Figure[] = [
  { of: "accuracy", name: "accuracy", parts: whole(sop.accuracy), expected: 3 / 6 },
  { of: "accuracy", name: "accuracy, two batches", parts: halves(sop.accuracy), expected: 3 / 6 },
  { of: "accuracy", name: "accuracy of one logit", parts: binary(sop.accuracy, [1, -1, 2, 0], [1, 0, 0, 0]), expected: 3 / 4 },
  { of: "accuracy", name: "accuracy of sequences", parts: () => [sop.accuracy(tf.reshape(tf.tensor2d(logits), [2, 3, 3]), tf.reshape(int(labels), [2, 3]))], expected: 3 / 6 },
  { of: "accuracy", name: "accuracy of equal logits: the first counts", parts: () => [sop.accuracy(tf.tensor2d([[1, 1, 0], [0, 2, 2]]), int([0, 2]))], expected: 1 / 2 },
  ...[3 / 6, 3 / 6, 1].map((expected, i) => ({ of: "top_k", name: `top_k ${i + 1}`, parts: whole(topK(i + 1)), expected })),
  { of: "top_k", name: "top_k, two batches", parts: halves(topK(2)), expected: 3 / 6 },
  { of: "f1", name: "f1 macro", parts: whole(f1("macro")), expected: (scores[0] + scores[1] + scores[2]) / 3 },
  { of: "f1", name: "f1 macro, two batches", parts: halves(f1("macro")), expected: (scores[0] + scores[1] + scores[2]) / 3 },
  { of: "f1", name: "f1 weighted", parts: whole(f1("weighted")), expected: (3 * scores[0] + 2 * scores[1]) / 6 },
  { of: "f1", name: "f1 micro is accuracy", parts: whole(f1("micro")), expected: 3 / 6 },
  { of: "f1", name: "f1 macro without class 0", parts: whole(f1("macro", 0)), expected: 1 / 3 },
  { of: "f1", name: "f1 micro without class 0", parts: whole(f1("micro", 0)), expected: 2 / 6 },
  { of: "f1", name: "f1 of class 1", parts: whole(f1("binary")), expected: 2 / 3 },
  { of: "f1", name: "f1 of one logit", parts: binary(f1("binary"), [1, -1, 2, 3], [1, 0, 0, 1]), expected: 4 / 5 },
  { of: "r2", name: "r2, two columns", parts: () => [sop.r2(tf.tensor2d([[1, 2], [2, 5], [4, 9]]), tf.tensor2d([[1, 2], [2, 4], [3, 9]]))], expected: (1 - 1 / 2 + (1 - 1 / 26)) / 2 },
  { of: "r2", name: "r2, a column against a vector", parts: () => [sop.r2(tf.tensor2d([[1], [2], [4]]), tf.tensor1d([1, 2, 3]))], expected: 0.5 },
  {
    of: "r2", name: "r2 of a target far from 0 loses no digits", expected: 1 - 250 / variation,
    parts: () => Array.from({ length: 8 }, (_, part) => years.slice(part * 125, part * 125 + 125)).map((own) => sop.r2(tf.tensor2d(own.map((year, row) => [year + (row % 2 === 0 ? 0.5 : -0.5)])), tf.tensor1d(own))),
  },
  { of: "r2", name: "r2 of a target that does not vary is no number", parts: () => [sop.r2(tf.tensor2d([[1], [2]]), tf.tensor1d([5, 5]))], expected: NaN },
  { of: "perplexity", name: "perplexity, all alike", parts: () => [sop.perplexity(tf.zeros([4, 5]), int([0, 1, 2, 3]))], expected: 5 },
  { of: "perplexity", name: "perplexity is exp of the loss", parts: whole(sop.perplexity), expected: Math.exp(crossEntropy) },
  { of: "perplexity", name: "perplexity, two batches", parts: halves(sop.perplexity), expected: Math.exp(crossEntropy) },
  ...([[1, 0], [2, 1], [4, 1]] as const).map(([k, expected]) => ({ of: "recall", name: `recall ${k}`, parts: () => [sop.recall(tf.tensor2d(left), tf.tensor2d(right), { k })], expected })),
  {
    of: "recall", name: "recall of equal vectors", expected: 1,
    parts: () => {
      const stream = sop.stream(5, "recall");
      const vectors = (): tf.Tensor => sop.l2Normalize(tf.tensor2d(numbers, [9, 5]), { epsilon: 1e-12 });
      const numbers = Array.from({ length: 45 }, () => Math.round((3 * stream.uniform() - 1.5) * 256) / 256);
      return [sop.recall(vectors(), vectors(), { k: 1 })];
    },
  },
];

/** Metrics of real positions, with other numbers in the padding. */
function raggedFigures(): readonly Figure[] {
  const { metrics } = referenceFile("ragged") as { readonly metrics: readonly RaggedMetric[] };
  const f: Readonly<Record<RaggedMetric["op"], (one: RaggedMetric, x: tf.Tensor, y: tf.Tensor, lengths: tf.Tensor) => sop.Metric>> = {
    accuracy: (_one, x, y, lengths) => sop.accuracy(x, y, lengths),
    topK: ({ options }, x, y, lengths) => sop.topK(x, y, options, lengths),
    f1: ({ options }, x, y, lengths) => sop.f1(x, y, options, lengths),
    perplexity: (_one, x, y, lengths) => sop.perplexity(x, y, lengths),
  };
  const words = { accuracy: "accuracy", topK: "top_k", f1: "f1", perplexity: "perplexity" } as const;
  return metrics.flatMap((one, i) =>
    [0, 1, 50].map((padding) => ({
      of: words[one.op],
      name: `${words[one.op]} of unequal length (${i}), ${padding} in the padding`,
      parts: () => [f[one.op](one, unpack(padded(one.logits, one.lengths, padding)), unpack(padded(one.labels, one.lengths, padding % 2)), tf.tensor1d(one.lengths, "int32"))],
      expected: one.value,
    })),
  );
}

/** The cases. */
export function metricCases(): readonly Case[] {
  return [...figures, ...raggedFigures()].map(({ of, name, parts, expected }) => ({
    kind: "metric",
    of,
    name,
    forward: async ({ compute, looseness }) => compared(await figureOf(parts, compute), expected, 2e-6 * looseness),
    gradient: null,
    differences: null,
  }));
}

async function figureOf(parts: () => readonly sop.Metric[], compute: Compute): Promise<number> {
  const metrics = compute(parts);
  const counts = await Promise.all(metrics.map(async (metric) => Float64Array.from(await metric.counts.data())));
  tf.dispose(metrics.map((metric) => metric.counts));
  const [sums = new Float64Array(), ...rest] = counts;
  for (const more of rest) metrics[0]?.merge(sums, more);
  return metrics[0]?.finish(sums) ?? NaN;
}

function compared(found: number, expected: number, tolerance: number): Outcome {
  if (Number.isNaN(expected)) return Number.isNaN(found) ? 0 : `it is ${found}, and should be no number`;
  return within(Math.abs(found - expected) / Math.max(1, Math.abs(expected)), tolerance, "figures");
}
