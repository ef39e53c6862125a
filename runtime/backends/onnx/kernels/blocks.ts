// Kernels that move numbers between space, depth and batch, mirror borders, step through a tensor, or lay numbers on a diagonal.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { isNative, sizeOf } from "../value.js";
import { dtypeOf, numbers } from "./pointwise.js";

/** Behind the last number of any axis, backwards. */
const beforeFirst = -Number.MAX_SAFE_INTEGER;

/** Pairs of numbers as params: all first ones, all second ones. */
const flattened = (pairs: readonly (readonly number[])[]): readonly number[] => [...pairs.map(([first = 0]) => first), ...pairs.map(([, second = 0]) => second)];

function stepped(to: Emitter, x: string, begin: readonly number[], steps: readonly number[], counts: readonly number[]): string {
  const ends = begin.map((from, axis) => {
    const [step = 1, count = 1] = [steps[axis], counts[axis]];
    const end = from + (count - 1) * step + Math.sign(step);
    return end < 0 ? beforeFirst : end;
  });
  return to.op("Slice", [x, to.integers(begin), to.integers(ends), to.integers(begin.map((_, axis) => axis)), to.integers(steps)]);
}

/** Which numbers of an axis a mirrored one is made of. `skip` is 1 where the border itself is not repeated. */
function mirrored(size: number, before: number, after: number, skip: number): readonly number[] {
  return Array.from({ length: before + size + after }, (_, i) => {
    const place = i - before;
    if (place < 0) return -place - 1 + skip;
    return place < size ? place : 2 * size - 1 - skip - place;
  });
}

export const blocks: readonly KernelDefinition[] = [
  {
    kernel: tf.DepthToSpace,
    plan: (call) => {
      const x = call.input("x");
      const block = Number(call.attribute("blockSize"));
      const [n = 1, h = 1, w = 1, c = 1] = x.shape;
      if (!numbers.includes(x.value.dtype) || call.attribute("dataFormat") !== "NHWC") return null;
      return { inputs: [x], outputs: [{ shape: [n, h * block, w * block, c / (block * block)], dtype: dtypeOf(x) }], params: [block] };
    },
    emit: (to, [x], [block = 1], [output]) => {
      if (x === undefined) throw new Error("a kernel without input");
      if (x.isChannelsFirst && x.dtype === "float32") return { channelsFirst: to.op("DepthToSpace", [x.channelsFirst], { blocksize: block, mode: "DCR" }) };
      const [n = 1, h = 1, w = 1] = x.shape;
      const parts = to.reshape(x.name, [n, h, w, block, block, output?.shape[3] ?? 1]);
      return to.reshape(to.op("Transpose", [parts], { perm: [0, 1, 3, 2, 4, 5] }), output?.shape ?? []);
    },
  },
  {
    kernel: tf.SpaceToBatchND,
    plan: (call) => {
      const x = call.input("x");
      const block = call.numbers("blockShape");
      const pads = call.attribute("paddings") as readonly (readonly [number, number])[];
      if (!numbers.includes(x.value.dtype)) return null;
      const space = block.map((size, i) => ((x.shape[i + 1] ?? 1) + (pads[i]?.[0] ?? 0) + (pads[i]?.[1] ?? 0)) / size);
      return { inputs: [x], outputs: [{ shape: [(x.shape[0] ?? 1) * sizeOf(block), ...space, ...x.shape.slice(1 + block.length)], dtype: dtypeOf(x) }], params: [...block, ...flattened(pads)] };
    },
    emit: (to, [x], params, [output]) => {
      if (x === undefined) throw new Error("a kernel without input");
      const axes = params.length / 3;
      const [block, before, after] = [params.slice(0, axes), params.slice(axes, 2 * axes), params.slice(2 * axes)];
      const rest = x.shape.slice(1 + axes);
      const others = rest.map(() => 0);
      const zero = x.dtype === "int32" ? to.int32(0) : to.float(0);
      const padded = [...before, ...after].every((n) => n === 0) ? x.name : to.op("Pad", [x.name, to.integers([0, ...before, ...others, 0, ...after, ...others]), zero]);
      const space = block.flatMap((size, i) => [output?.shape[i + 1] ?? 1, size]);
      const parts = to.reshape(padded, [x.shape[0] ?? 1, ...space, ...rest]);
      const order = [...block.map((_, i) => 2 * i + 2), 0, ...block.map((_, i) => 2 * i + 1), ...rest.map((_, i) => 1 + 2 * axes + i)];
      return to.reshape(to.op("Transpose", [parts], { perm: order }), output?.shape ?? []);
    },
  },
  {
    kernel: tf.BatchToSpaceND,
    plan: (call) => {
      const x = call.input("x");
      const block = call.numbers("blockShape");
      const crops = call.attribute("crops") as readonly (readonly [number, number])[];
      const space = block.map((size, i) => (x.shape[i + 1] ?? 1) * size - (crops[i]?.[0] ?? 0) - (crops[i]?.[1] ?? 0));
      return { inputs: [x], outputs: [{ shape: [(x.shape[0] ?? 1) / sizeOf(block), ...space, ...x.shape.slice(1 + block.length)], dtype: dtypeOf(x) }], params: [...block, ...flattened(crops)] };
    },
    emit: (to, [x], params, [output]) => {
      if (x === undefined) throw new Error("a kernel without input");
      const axes = params.length / 3;
      const [block, before, after] = [params.slice(0, axes), params.slice(axes, 2 * axes), params.slice(2 * axes)];
      const [space, rest] = [x.shape.slice(1, 1 + axes), x.shape.slice(1 + axes)];
      const batch = output?.shape[0] ?? 1;
      const parts = to.reshape(x.name, [...block, batch, ...space, ...rest]);
      const order = [axes, ...space.flatMap((_, i) => [axes + 1 + i, i]), ...rest.map((_, i) => 2 * axes + 1 + i)];
      const whole = to.reshape(to.op("Transpose", [parts], { perm: order }), [batch, ...space.map((size, i) => size * (block[i] ?? 1)), ...rest]);
      if ([...before, ...after].every((n) => n === 0)) return whole;
      return to.op("Slice", [whole, to.integers(before), to.integers(before.map((from, i) => from + (output?.shape[i + 1] ?? 1))), to.integers(before.map((_, i) => i + 1))]);
    },
  },
  {
    kernel: tf.MirrorPad,
    plan: (call) => {
      const x = call.input("x");
      const pads = call.attribute("paddings") as readonly (readonly [number, number])[];
      return { inputs: [x], outputs: [{ shape: x.shape.map((size, i) => size + (pads[i]?.[0] ?? 0) + (pads[i]?.[1] ?? 0)), dtype: dtypeOf(x) }], params: [call.attribute("mode") === "reflect" ? 1 : 0, ...flattened(pads)] };
    },
    emit: (to, [x], [skip = 0, ...pads]) => {
      if (x === undefined) throw new Error("a kernel without input");
      return x.shape.reduce((name, size, axis) => {
        const [before, after] = [pads[axis] ?? 0, pads[x.shape.length + axis] ?? 0];
        return before === 0 && after === 0 ? name : to.op("Gather", [name, to.integers(mirrored(size, before, after, skip))], { axis });
      }, x.name);
    },
  },
  {
    kernel: tf.StridedSlice,
    plan: (call) => {
      const x = call.input("x");
      const mask = (name: string): number => Number(call.attribute(name) ?? 0);
      const found = tf.slice_util.sliceInfo([...x.shape], [...call.numbers("begin")], [...call.numbers("end")], [...call.numbers("strides")], mask("beginMask"), mask("endMask"), mask("ellipsisMask"), mask("newAxisMask"), mask("shrinkAxisMask"));
      if (x.shape.length === 0 || !isNative(x.value.dtype)) return null;
      const counts = found.isIdentity ? x.shape : tf.slice_util.computeOutShape(found.begin, found.end, found.strides);
      const [begin, strides] = found.isIdentity ? [x.shape.map(() => 0), x.shape.map(() => 1)] : [found.begin, found.strides];
      return { inputs: [x], outputs: [{ shape: found.finalShape, dtype: dtypeOf(x) }], params: [...begin, ...strides, ...counts] };
    },
    emit: (to, [x], params, [output]) => {
      const axes = params.length / 3;
      return to.reshape(stepped(to, x?.name ?? "", params.slice(0, axes), params.slice(axes, 2 * axes), params.slice(2 * axes)), output?.shape ?? []);
    },
  },
  {
    kernel: tf.FlipLeftRight,
    plan: (call) => {
      const x = call.input("image");
      return { inputs: [x], outputs: [{ shape: x.shape, dtype: dtypeOf(x) }] };
    },
    emit: (to, [x]) => to.op("Slice", [x?.name ?? "", to.integers([-1]), to.integers([beforeFirst]), to.integers([2]), to.integers([-1])]),
  },
  {
    kernel: tf.Diag,
    plan: (call) => {
      const x = call.input("x");
      return { inputs: [x], outputs: [{ shape: [...x.shape, ...x.shape], dtype: dtypeOf(x) }] };
    },
    // Rows of n + 1, each beginning with its number: read in rows of n, the numbers lie on the diagonal.
    emit: (to, [x], _params, [output]) => {
      const size = x?.size ?? 1;
      const rows = to.op("Pad", [to.reshape(x?.name ?? "", [size, 1]), to.integers([0, 0, 0, size])]);
      return to.reshape(to.op("Slice", [to.reshape(rows, [size * (size + 1)]), to.integers([0]), to.integers([size * size])]), output?.shape ?? []);
    },
  },
];
