// Measures what the compiler claims of a model that starts from others: sources and fused model, as it is before its first step, on the same rows.

import * as tf from "@tensorflow/tfjs-core";
import { gatherBatch } from "../../data/batches.js";
import type { LoadedDataset } from "../../data/load.js";
import type { SourceWeights } from "../../initializers.js";
import { foldedWeight } from "../../training/average.js";
import { outputsOf, scalar, tick } from "../../training/evaluate.js";
import { initialWeights } from "../../weights.js";
import type { FusionClaims, Named, OutputClaim, Run, RunSource } from "../run.js";
import { compare, roundingOf, worst, type Comparison, type Finding } from "./finding.js";

type Numbers = Readonly<Record<string, Float32Array>>;

interface Model {
  /** The source's name; null: the fused model. */
  readonly name: string | null;
  /** With the inputs of the fused model. */
  readonly run: Run;
  readonly weights: Record<string, tf.Tensor>;
}

/** What one model gives for one batch. */
interface Found {
  readonly outputs: Numbers;
  readonly losses: Readonly<Record<string, number>>;
}

/** A term of the loss in one batch: that of the fused model, and the mean of the sources' terms. */
interface LossPair {
  readonly own: number;
  readonly mean: number;
  /** The largest absolute number among the outputs. */
  readonly size: number;
}

/** Evaluates in evaluation mode on `batches`, rows of the run's data. `sourceWeights` are those that the run starts from. */
export async function proveFusion(run: Run, claims: FusionClaims, data: LoadedDataset, batches: readonly Int32Array[], sourceWeights: SourceWeights): Promise<readonly Finding[]> {
  const fused: Model = { name: null, run, weights: startOf(run, sourceWeights) };
  const names = [...new Set(claims.mix.map(([source]) => source))];
  const sources = names.map((name): Model => sourceModel(run, name, run.sources?.[name], sourceWeights));
  const comparisons = new Map<string, Comparison[]>();
  const losses = new Map<string, LossPair[]>();
  try {
    for (const rows of batches) {
      const own = await evaluate(fused, claims, data, rows);
      const each = new Map<string, Found>();
      for (const source of sources) each.set(source.name ?? "", await evaluate(source, claims, data, rows));
      for (const [output, claim] of Object.entries(claims.outputs)) {
        const parts = claims.mix.map(([source, share], index) => ({ factor: factorOf(claim, index, share), values: each.get(source)?.outputs[output] ?? [] }));
        push(comparisons, output, compare(own.outputs[output] ?? [], parts));
      }
      for (const term of claims.convex) {
        const mean = claims.mix.reduce((sum, [source, share]) => sum + share * (each.get(source)?.losses[term] ?? NaN), 0);
        push(losses, term, { own: own.losses[term] ?? NaN, mean, size: largest([own, ...each.values()]) });
      }
    }
  } finally {
    for (const { weights } of [fused, ...sources]) tf.dispose(weights);
  }
  const rounding = roundingOf(run.places.length);
  const mean = describeMix(claims);
  return [
    ...Object.entries(claims.outputs).map(([output, claim]) => ofOutput(output, claim, mean, worst(comparisons.get(output) ?? [], rounding))),
    ...claims.convex.map((term) => ofLoss(run, term, losses.get(term) ?? [], rounding)),
  ];
}

/** The weights that the run begins with, kernel sets folded. */
function startOf(run: Run, sourceWeights: SourceWeights): Record<string, tf.Tensor> {
  const initial = initialWeights(run.weights, run.seed, sourceWeights);
  const folded = Object.entries(run.weights).flatMap(([path, spec]) => {
    const value = initial[path];
    return value === undefined ? [] : [[path, tf.tidy(() => tf.keep(tf.mul(foldedWeight(value, spec), 1)))] as const];
  });
  tf.dispose(initial);
  return Object.fromEntries(folded);
}

function sourceModel(run: Run, name: string, source: RunSource | undefined, sourceWeights: SourceWeights): Model {
  if (source === undefined) throw new Error(`${run.name} has no source ${name}`);
  const weights = Object.fromEntries(
    Object.keys("run" in source ? source.run.weights : source.shapes).map((path) => {
      const { shape, values } = sourceWeights(name, path);
      return [path, tf.tensor(Float32Array.from(values), [...shape])];
    }),
  );
  const model: Run = "run" in source ? source.run : { ...run, forward: (own, input, mode) => source.forward(own, input, mode) };
  return { name, run: { ...model, feeds: run.feeds, loss: run.loss }, weights };
}

async function evaluate({ run, weights }: Model, claims: FusionClaims, data: LoadedDataset, rows: Int32Array): Promise<Found> {
  const batch = gatherBatch(data.columns, rows);
  const outputs = outputsOf(run, weights, batch);
  const numbers: Record<string, Float32Array> = {};
  for (const [output, tensor] of Object.entries(outputs)) numbers[output] = Float32Array.from(await tensor.data());
  const losses: Record<string, number> = {};
  if (claims.convex.length > 0) {
    const terms: Named = tf.tidy(() => run.loss(outputs, batch));
    for (const [term, tensor] of Object.entries(terms)) losses[term] = await scalar(tensor);
  }
  tf.dispose([batch, outputs]);
  await tick();
  return { outputs: numbers, losses };
}

/** What a source's output is multiplied by in what is compared. */
function factorOf(claim: OutputClaim, source: number, share: number): number {
  return claim.kind === "weighted-sum" ? (claim.factors[source] ?? NaN) : share;
}

function ofOutput(output: string, claim: OutputClaim, mean: string, { difference, bound, holds }: ReturnType<typeof worst>): Finding {
  const measured = { what: output, place: claim.place, measure: "|F - m| / |m|", difference };
  const exact = { ...measured, bound, verdict: holds ? ("holds" as const) : ("fails" as const) };
  const other = { ...measured, bound: null, verdict: "not claimed" as const };
  switch (claim.kind) {
    case "mean":
      return { ...exact, claim: `is ${mean}` };
    case "weighted-sum":
      return { ...exact, claim: `is the sum of the sources' outputs times ${claim.factors.map(short).join(", ")}` };
    case "function-of-mean":
      return { ...other, claim: `is not ${mean}; what ${claim.through} reads (${claim.reads}) is, which is not measured: it is no output` };
    case "not":
      return { ...other, claim: `is not ${mean}: ${claim.causes.join(" ")}` };
  }
}

/**
 * L(F) <= mean L(f_i), since L is convex and F the mean (Jensen). An error of `rounding` times the outputs' size s moves a mean squared error L by
 * 2 s sqrt(L) times that, a cross-entropy by 2 s; its own sum is rounded as well.
 */
function ofLoss(run: Run, term: string, pairs: readonly LossPair[], rounding: number): Finding {
  const measured = pairs.map(({ own, mean, size }) => ({ difference: own - mean, bound: rounding * (Math.abs(mean) + 2 * size * (1 + Math.sqrt(Math.abs(mean)))) }));
  const last = measured.reduce((most, each) => (each.difference - each.bound > most.difference - most.bound ? each : most), measured[0] ?? { difference: NaN, bound: 0 });
  const holds = measured.length > 0 && measured.every(({ difference, bound }) => difference <= bound);
  const isNumber = measured.every(({ difference }) => Number.isFinite(difference));
  return { what: term === "loss" ? "the loss" : `loss ${term}`, place: "", claim: `of ${run.name} is at most the mean of the sources'`, measure: "L(F) - mean L(f)", difference: isNumber ? last.difference : null, bound: last.bound, verdict: holds ? "holds" : "fails" };
}

/** `the mean of left, right`, or with shares where they differ. */
function describeMix({ mix }: FusionClaims): string {
  const shares = mix.map(([, share]) => share);
  const isEven = shares.every((share) => Math.abs(share - (shares[0] ?? 0)) < 1e-12);
  return `the mean of ${mix.map(([source, share]) => (isEven ? source : `${short(share)} ${source}`)).join(", ")}`;
}

function largest(all: readonly Found[]): number {
  let most = 0;
  for (const { outputs } of all) for (const values of Object.values(outputs)) for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [item]);
  else known.push(item);
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
