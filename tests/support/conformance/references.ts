// The stored references (tests/numeric/references, made with PyTorch) as cases of functions.

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { categoryOf, layers, type LayerKind } from "../../../compiler/semantics/layers/layers.js";
import * as sop from "../../../runtime/index.js";
import type { Packed } from "../numeric.js";
import type { Kind } from "./case.js";
import type { FunctionCase, Step } from "./function-case.js";
import { opOf, type Options } from "./ops.js";

/** A case as the files have it: inputs in a list, or by name. */
export interface Stored {
  readonly name: string;
  readonly op: string;
  readonly options: Options;
  readonly lengths?: readonly number[];
  /** Is the result a sequence, whose padding is no result? */
  readonly positions?: boolean;
  readonly inputs: Readonly<Record<string, Packed>> | readonly Packed[];
  readonly output: Packed;
  readonly cotangent?: Packed;
  readonly gradients?: Readonly<Record<string, Packed>> | readonly Packed[];
}

interface AttentionReferences {
  readonly layers: readonly (Stored & { readonly kind: "self" | "cross"; readonly causal: boolean; readonly base: number | null })[];
  readonly relative: { readonly table: Packed; readonly length: number; readonly maxDistance: number; readonly output: Packed; readonly cotangent: Packed; readonly gradient: Packed };
}

/** A file of references. */
export function referenceFile(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../numeric/references/${name}.json`, import.meta.url), "utf8"));
}

/** All functions that there are references for. */
export function storedCases(): readonly FunctionCase[] {
  const [ops, convolutions, norms, own] = ["ops", "convolutions", "norms", "layers"].map((name) => referenceFile(name) as readonly Stored[]);
  const { layers: recurrent } = referenceFile("recurrent") as { readonly layers: readonly (Stored & { readonly reverse: boolean })[] };
  const { cases: ragged } = referenceFile("ragged") as { readonly cases: readonly Stored[] };
  const stored: readonly Stored[] = [
    ...(ops ?? []),
    ...(convolutions ?? []),
    ...(norms ?? []),
    ...(own ?? []),
    ...attentionCases(),
    ...recurrent.map((each) => ({ ...each, options: { reverse: each.reverse } as Options })),
    ...ragged.map((each) => ({ ...each, name: `${each.name}, of unequal length` })),
  ];
  return stored.map(caseOf);
}

function attentionCases(): readonly Stored[] {
  const { layers: whole, relative } = referenceFile("attention") as AttentionReferences;
  const { table, length, maxDistance, output, cotangent, gradient } = relative;
  return [
    ...whole.map((each) => ({ ...each, name: `${each.kind}_attention: ${each.name}`, op: `${each.kind}Attention`, options: { causal: each.causal, base: each.base } as Options })),
    { name: "relative_bias, both directions", op: "relativeBias", options: { length, causal: false, maxDistance } as Options, inputs: { table }, output, cotangent, gradients: { table: gradient } },
  ];
}

/** A stored case as a function; `lengths` may also be one of its inputs. */
export function caseOf({ name, op, options, lengths, positions = false, inputs, output, cotangent, gradients = {} }: Stored): FunctionCase {
  const { of, run, hasGradient } = opOf(op);
  const given = Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== "lengths")) as Readonly<Record<string, Packed>>;
  const own = (inputs as Readonly<Record<string, Packed>>)["lengths"]?.data ?? lengths;
  return {
    kind: kindOf(of),
    of,
    name,
    inputs: given,
    run: (tensors) => {
      if (own === undefined) return run(tensors, options);
      const ends = tf.tensor1d([...own], "int32");
      const result = run(tensors, options, ends);
      return positions ? sop.withoutPadding(result, ends) : result;
    },
    differentiated: Object.keys(gradients),
    ...(hasGradient === undefined ? {} : { hasGradient }),
    expected: { output: positions ? padded(output, own ?? [], 0) : output, cotangent: cotangent ?? null, gradients: Object.fromEntries(Object.entries(gradients)) as Readonly<Record<string, Packed>> },
    step: stepOf(name, op),
    tolerance: toleranceOf(name, op),
  };
}

/** Other numbers in the place of padding: [batch, t, ...]. */
export function padded(packed: Packed, lengths: readonly number[], value: number): Packed {
  const [batch = 1, t = 1] = packed.shape;
  const perPosition = packed.data.length / batch / t;
  const isReal = (at: number): boolean => Math.floor(at / perPosition) % t < (lengths[Math.floor(at / perPosition / t)] ?? 0);
  return { ...packed, data: packed.data.map((own, at) => (isReal(at) ? own : value)) };
}

function kindOf(of: string): Kind {
  return of in layers ? categoryOf(of as LayerKind) : "method";
}

/** Ops that are sums of products of at most two inputs. */
const quadratic: ReadonlySet<string> = new Set([
  "dense", "matmul", "product", "conv1d", "conv2d", "depthwiseConv2d", "conv2dTranspose", "embedding", "unembed", "avgPool", "globalAvgPool", "projectHeads", "mergeHeads", "rotary", "learnedPositions", "relativeBias",
  "learned", "constant", "neg", "add", "sub", "mul", "reshape", "flatten", "concat", "mean", "transpose", "withoutBatch", "slice", "first", "lastOf", "last", "resize", "pad", "withoutPadding", "reversedWithin", "mix", "mse",
]);

/** How differences are taken: near for maxima, whose inputs are 1/32 apart. Null: numbers at a kink. */
function stepOf(name: string, op: string): Step | null {
  if (quadratic.has(op)) return { by: 1 / 2, isQuadratic: true };
  if ((op === "mae" || op === "huber") && !/away|weighted/.test(name)) return null;
  const by = op === "maxPool" ? 2 ** -8 : op === "selfAttention" || op === "crossAttention" ? 2 ** -7 : name.endsWith("far from 0") ? 2 ** -4 : 2 ** -6;
  return { by, isQuadratic: false };
}

function toleranceOf(name: string, op: string): readonly [number, number] {
  // Numbers around 100 have 17 bits behind the mean that is taken away.
  if (name === "layer_norm far from 0") return [2e-5, 4e-5];
  if (op === "selfAttention" || op === "crossAttention") return [3e-6, 3e-5];
  return [3e-6, 6e-6];
}
