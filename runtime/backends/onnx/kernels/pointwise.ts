// What element-wise kernels share: types, broadcasting and the layout they run in.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition, OutputSpec, Plan } from "../definition.js";
import type { Emitted, Emitter, Operand } from "../emitter.js";
import type { DataType } from "../pool.js";
import type { Layout } from "../layouts.js";
import { broadcast, isSameShape, type Ref } from "../value.js";
import { affine } from "./channelwise.js";

export type Types = readonly string[];
export const floats: Types = ["float32"];
export const numbers: Types = ["float32", "int32"];
export const booleans: Types = ["bool"];

/**
 * Runs `compute` in the layout in which inputs of the result's shape were made: with channels in blocks if one has them, else in [n, c, h, w] if
 * one is, else in TensorFlow.js's.
 */
export function inLayout(to: Emitter, inputs: readonly Operand[], shape: readonly number[], compute: (names: readonly string[]) => string): Emitted {
  const layout = layoutOf(inputs, shape);
  if (layout === "plain") return compute(inputs.map(({ name }) => name));
  const result = compute(inputs.map((input) => spread(to, input, layout, shape)));
  return layout === "blocked" ? { blocked: result } : { channelsFirst: result };
}

export function layoutOf(inputs: readonly Operand[], shape: readonly number[]): Layout {
  if (shape.length !== 4) return "plain";
  const whole = inputs.filter((input) => isSameShape(input.shape, shape));
  if (whole.some((input) => input.isBlocked) && inputs.every((input) => whole.includes(input) || isPerChannel(input, shape))) return "blocked";
  return whole.some((input) => input.isChannelsFirst || input.isBlocked) && inputs.every((input) => input.shape.length === 4 || isPerChannel(input, shape)) ? "channelsFirst" : "plain";
}

/** Has it one number for each channel, or one for all? */
export function isPerChannel({ shape, size }: Operand, [, , , channels = 1]: readonly number[]): boolean {
  return size === 1 || (size === channels && shape.at(-1) === channels);
}

/** Its name in the layout, such that it broadcasts against images of that shape. */
function spread(to: Emitter, input: Operand, layout: Layout, shape: readonly number[]): string {
  if (input.size === 1) return input.name;
  if (input.shape.length === 4 && (layout === "channelsFirst" || isSameShape(input.shape, shape))) return input.in(layout);
  return layout === "blocked" ? overSpace(to, input.name, shape) : to.reshape(input.name, [1, input.size, 1, 1]);
}

/** One number for each channel repeated over space with channels in blocks, [1, c, h, w]: the engine is slow with rows as short as a block. */
function overSpace(to: Emitter, name: string, [, h = 1, w = 1, c = 1]: readonly number[]): string {
  const blocks = c / to.block;
  return to.reshape(to.op("Expand", [to.reshape(name, [1, blocks, 1, to.block]), to.integers([1, blocks, h * w, to.block])]), [1, c, h, w]);
}

/** A kernel of one input x. */
export function unary(kernel: string, types: Types, compute: (to: Emitter, x: string, params: readonly number[]) => string, more: { readonly result?: DataType; readonly params?: (call: Call) => readonly number[]; readonly scalars?: (call: Call) => readonly Ref[]; readonly computeMore?: (to: Emitter, names: readonly string[]) => string } = {}): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const x = call.input("x");
      if (!types.includes(x.value.dtype)) return null;
      return { inputs: [x, ...(more.scalars?.(call) ?? [])], outputs: [{ shape: x.shape, dtype: more.result ?? dtypeOf(x) }], params: more.params?.(call) ?? [] };
    },
    emit: (to, inputs, params, [output]) => inLayout(to, inputs, output?.shape ?? [], (names) => (more.computeMore === undefined ? compute(to, names[0] ?? "", params) : more.computeMore(to, names))),
  };
}

/** A kernel of two inputs a and b of one type that broadcast against each other. */
export function binary(kernel: string, types: Types, compute: (to: Emitter, a: string, b: string, output: OutputSpec) => string, result?: DataType): KernelDefinition {
  return {
    kernel,
    broadcasts: true,
    plan: (call) => planned([call.input("a"), call.input("b")], types, result),
    emit: (to, inputs, _params, [output]) => {
      const spec = output ?? { shape: [], dtype: "float32" };
      return perChannel(to, kernel, inputs, spec) ?? inLayout(to, inputs, spec.shape, ([a = "", b = ""]) => compute(to, a, b, spec));
    },
  };
}

/** Sums and products with channels in blocks, in a form that can become part of a convolution; null for all others. */
function perChannel(to: Emitter, kernel: string, inputs: readonly Operand[], { shape, dtype }: OutputSpec): Emitted | null {
  const [a, b] = inputs;
  if (a === undefined || b === undefined || dtype !== "float32" || layoutOf(inputs, shape) !== "blocked") return null;
  const isWhole = [isSameShape(a.shape, shape), isSameShape(b.shape, shape)];
  if (isWhole[0] && isWhole[1]) return kernel === tf.Add ? { blocked: to.noteSum(to.op("Add", [a.blocked, b.blocked])) } : null;
  const [image, number] = isWhole[0] ? [a, b] : [b, a];
  if (number.size === 1) return null;
  const values = to.reshape(number.name, [number.size]);
  if (kernel === tf.Add) return { blocked: affine(to, image.blocked, number.size, { offset: values }) };
  if (kernel === tf.Sub && isWhole[0]) return { blocked: affine(to, image.blocked, number.size, { offset: to.op("Neg", [values]) }) };
  return kernel === tf.Multiply ? { blocked: affine(to, image.blocked, number.size, { factor: values }) } : null;
}

function planned(inputs: readonly [Ref, Ref], types: Types, result?: DataType): Plan | null {
  const [a, b] = inputs;
  if (a.value.dtype !== b.value.dtype || !types.includes(a.value.dtype)) return null;
  const shape = broadcast(a.shape, b.shape);
  return shape === null ? null : { inputs, outputs: [{ shape, dtype: result ?? dtypeOf(a) }] };
}

/** The type of a value that was found to be one of the engine's. */
export function dtypeOf({ value }: Ref): DataType {
  return value.dtype as DataType;
}
