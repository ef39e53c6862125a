// What element-wise kernels share: types, broadcasting and the layout they run in.

import type { Call, KernelDefinition, OutputSpec, Plan } from "../definition.js";
import type { Emitted, Emitter, Operand } from "../emitter.js";
import type { DataType } from "../pool.js";
import { broadcast, isSameShape, type Ref } from "../value.js";

export type Types = readonly string[];
export const floats: Types = ["float32"];
export const numbers: Types = ["float32", "int32"];
export const booleans: Types = ["bool"];

/** Runs `compute` in [n, c, h, w] if an input of the result's shape is in no other form, else in TensorFlow.js's layout. */
export function inLayout(to: Emitter, inputs: readonly Operand[], shape: readonly number[], compute: (names: readonly string[]) => string): Emitted {
  const isFirst = shape.length === 4 && inputs.some((input) => input.isChannelsFirst && isSameShape(input.shape, shape)) && inputs.every(isConvertible);
  if (!isFirst) return compute(inputs.map(({ name }) => name));
  return { channelsFirst: compute(inputs.map((input) => inFirst(to, input))) };
}

function isConvertible({ shape, size }: Operand): boolean {
  return shape.length === 4 || size === (shape.at(-1) ?? 1);
}

function inFirst(to: Emitter, input: Operand): string {
  if (input.shape.length === 4) return input.channelsFirst;
  return input.size === 1 ? input.name : to.reshape(input.name, [1, input.size, 1, 1]);
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
      return inLayout(to, inputs, spec.shape, ([a = "", b = ""]) => compute(to, a, b, spec));
    },
  };
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
