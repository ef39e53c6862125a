// Sums of products by Einstein's convention: two inputs as matrices, each axis that one alone has and nothing wants summed before. With more
// inputs TensorFlow.js refuses.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { sizeOf } from "../value.js";
import { dtypeOf, numbers } from "./pointwise.js";
import { product } from "./products.js";
import { reduceSteadily } from "./steady-sums.js";

/** A value whose axes have letters, by their codes. */
interface Lettered {
  readonly name: string;
  readonly letters: readonly number[];
  readonly shape: readonly number[];
}

const comma = 44;
const arrow = [45, 62];

/** The letters of the inputs and of the result. */
function termsOf(codes: readonly number[]): { readonly inputs: readonly (readonly number[])[]; readonly result: readonly number[] } {
  const end = codes.findIndex((code, i) => code === arrow[0] && codes[i + 1] === arrow[1]);
  const inputs: number[][] = [[]];
  for (const code of codes.slice(0, end)) {
    if (code === comma) inputs.push([]);
    else inputs.at(-1)?.push(code);
  }
  return { inputs, result: codes.slice(end + 2) };
}

/** Summed along the axes that are not wanted. */
function summed(to: Emitter, { name, letters, shape }: Lettered, wanted: readonly number[]): Lettered {
  const axes = letters.flatMap((letter, axis) => (wanted.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { name, letters, shape };
  const isKept = (_: number, axis: number): boolean => !axes.includes(axis);
  return { name: reduceSteadily(to, "ReduceSum", name, shape, axes, false), letters: letters.filter(isKept), shape: shape.filter(isKept) };
}

/** Its axes in that order. */
function ordered(to: Emitter, { name, letters, shape }: Lettered, order: readonly number[]): Lettered {
  const axes = order.map((letter) => letters.indexOf(letter));
  return { name: to.transposed(name, shape, axes), letters: order, shape: axes.map((axis) => shape[axis] ?? 1) };
}

/** The product of two, summed along the axes that are not wanted. */
function joined(to: Emitter, one: Lettered, other: Lettered, wanted: readonly number[]): Lettered {
  const [left, right] = [summed(to, one, [...wanted, ...other.letters]), summed(to, other, [...wanted, ...one.letters])];
  const shared = left.letters.filter((letter) => right.letters.includes(letter));
  const [batch, inner] = [shared.filter((letter) => wanted.includes(letter)), shared.filter((letter) => !wanted.includes(letter))];
  const [rows, columns] = [left.letters.filter((letter) => !shared.includes(letter)), right.letters.filter((letter) => !shared.includes(letter))];
  const first = ordered(to, left, [...batch, ...rows, ...inner]);
  const second = ordered(to, right, [...batch, ...inner, ...columns]);
  const [many, high] = [first.shape.slice(0, batch.length), first.shape.slice(batch.length, batch.length + rows.length)];
  const [deep, wide] = [sizeOf(first.shape.slice(batch.length + rows.length)), second.shape.slice(shared.length)];
  const matrices = (name: string, shape: readonly number[]): { readonly name: string; readonly shape: readonly number[]; readonly isTransposed: false } => {
    const whole = batch.length === 0 ? shape : [sizeOf(many), ...shape];
    return { name: to.reshape(name, whole), shape: whole, isTransposed: false };
  };
  const shape = [...many, ...high, ...wide];
  return { name: to.reshape(product(to, matrices(first.name, [sizeOf(high), deep]), matrices(second.name, [deep, sizeOf(wide)])), shape), letters: [...batch, ...rows, ...columns], shape };
}

export const einsum: KernelDefinition = {
  kernel: tf.Einsum,
  plan: (call) => {
    const inputs = call.list();
    const equation = String(call.attribute("equation")).replace(/\s/g, "");
    const [first] = inputs;
    if (first === undefined || inputs.length > 2 || !numbers.includes(first.value.dtype) || inputs.some(({ value }) => value.dtype !== first.value.dtype)) return null;
    // Throws TensorFlow.js's messages.
    const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, inputs.length);
    tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, inputs.map(({ shape }) => ({ shape: [...shape] }) as tf.Tensor));
    const params = Array.from(equation, (letter) => letter.charCodeAt(0));
    const terms = termsOf(params);
    // A letter twice in one input would mean its diagonal.
    if (terms.inputs.some((letters, i) => letters.length !== inputs[i]?.shape.length || new Set(letters).size !== letters.length)) return null;
    const sizes = new Map(terms.inputs.flatMap((letters, i) => letters.map((letter, axis) => [letter, inputs[i]?.shape[axis] ?? 1] as const)));
    return { inputs, outputs: [{ shape: terms.result.map((letter) => sizes.get(letter) ?? 1), dtype: dtypeOf(first) }], params };
  },
  emit: (to, inputs, params) => {
    const { inputs: terms, result } = termsOf(params);
    const [first, second] = inputs.map(({ name, shape }, i): Lettered => ({ name, shape, letters: terms[i] ?? [] }));
    if (first === undefined) throw new Error("a sum of nothing");
    // Integers have no products of matrices, but are the same in any order.
    if (inputs[0]?.dtype === "int32") return to.op("Einsum", inputs.map(({ name }) => name), { equation: String.fromCharCode(...params) });
    return ordered(to, second === undefined ? summed(to, first, result) : joined(to, first, second, result), result).name;
  },
};
