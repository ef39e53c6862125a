// Images [n, h, w, c] in another size, and the gradients. Which numbers of an axis each new one is made of is worked out here as
// TensorFlow.js does it, because the engine's own op rounds coordinates in another way.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition, Plan } from "../definition.js";
import type { Emitter, Operand } from "../emitter.js";
import { dtypeOf, numbers } from "./pointwise.js";
import { product } from "./products.js";

/** A new number of an axis: old ones at `low` and `high`, mixed by `share` of the second. */
interface Mix {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

type Mixing = (size: number, count: number, isAligned: boolean, isCentered: boolean) => readonly Mix[];

/** How far apart new numbers are among the old ones. */
function stepOf(size: number, count: number, isAligned: boolean): number {
  return isAligned && count > 1 ? (size - 1) / (count - 1) : size / count;
}

const linear: Mixing = (size, count, isAligned, isCentered) => {
  const step = stepOf(size, count, isAligned);
  return Array.from({ length: count }, (_, i) => {
    const place = isCentered ? step * (i + 0.5) - 0.5 : step * i;
    const low = Math.max(0, Math.floor(place));
    return { low, high: Math.max(0, Math.min(size - 1, Math.ceil(place))), share: place - low };
  });
};

const nearest: Mixing = (size, count, isAligned, isCentered) => {
  const step = stepOf(size, count, isAligned);
  return Array.from({ length: count }, (_, i) => {
    const place = isCentered ? step * (i + 0.5) : step * i;
    const low = Math.max(0, Math.min(size - 1, isAligned ? Math.round(place) : Math.floor(place)));
    return { low, high: low, share: 0 };
  });
};

/** One axis in its new size. */
function mixed(to: Emitter, x: string, size: number, mixes: readonly Mix[], axis: number): string {
  const part = (indices: readonly number[]): string => (indices.length === size && indices.every((index, i) => index === i) ? x : to.op("Gather", [x, to.integers(indices)], { axis }));
  const low = part(mixes.map((mix) => mix.low));
  if (mixes.every((mix) => mix.low === mix.high)) return low;
  const shares = to.floats(mixes.map(({ share }) => share), [mixes.length, ...Array.from({ length: 3 - axis }, () => 1)]);
  return to.op("Add", [low, to.op("Mul", [to.op("Sub", [part(mixes.map((mix) => mix.high)), low]), shares])]);
}

/** [size, mixes]: the share of each new number that comes from each old one. */
function transposedShares(to: Emitter, mixes: readonly Mix[], size: number): string {
  const shares = Array.from({ length: size * mixes.length }, () => 0);
  for (const [i, { low, high, share }] of mixes.entries()) {
    const [first, second] = [low * mixes.length + i, high * mixes.length + i];
    shares[first] = (shares[first] ?? 0) + 1 - share;
    shares[second] = (shares[second] ?? 0) + share;
  }
  return to.floats(shares, [size, mixes.length]);
}

const flags = (call: Call): readonly number[] => [call.flag("alignCorners") ? 1 : 0, call.flag("halfPixelCenters") ? 1 : 0];

function resize(kernel: string, mixing: Mixing, types: readonly string[]): KernelDefinition {
  return {
    kernel,
    plan: (call): Plan | null => {
      const x = call.input("images");
      const [n = 1, , , c = 1] = x.shape;
      return types.includes(x.value.dtype) ? { inputs: [x], outputs: [{ shape: [n, ...call.numbers("size"), c], dtype: dtypeOf(x) }], params: flags(call) } : null;
    },
    emit: (to, [x], [isAligned, isCentered], [output]) => {
      if (x === undefined) throw new Error("a resize without input");
      const isFirst = x.isChannelsFirst;
      const rows = isFirst ? 2 : 1;
      const mixes = [1, 2].map((axis) => mixing(x.shape[axis] ?? 1, output?.shape[axis] ?? 1, isAligned === 1, isCentered === 1));
      const wide = mixed(to, isFirst ? x.channelsFirst : x.name, x.shape[2] ?? 1, mixes[1] ?? [], rows + 1);
      const whole = mixed(to, wide, x.shape[1] ?? 1, mixes[0] ?? [], rows);
      return isFirst ? { channelsFirst: whole } : whole;
    },
  };
}

/** Each new number's gradient goes back to the old ones by their shares, with `halfPixelCenters` too, which `cpu` forgets here. */
function gradient(kernel: string, mixing: Mixing): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const [x, dy] = [call.input("images"), call.input("dy")];
      return x.value.dtype === "float32" && dy.value.dtype === "float32" ? { inputs: [dy], outputs: [{ shape: x.shape, dtype: "float32" }], params: flags(call) } : null;
    },
    emit: (to, [dy], [isAligned, isCentered], [output]) => {
      if (dy === undefined) throw new Error("a resize without input");
      const shape = output?.shape ?? [];
      const shares = [1, 2].map((axis) => transposedShares(to, mixing(shape[axis] ?? 1, dy.shape[axis] ?? 1, isAligned === 1, isCentered === 1), shape[axis] ?? 1));
      return to.reshape(spread(to, dy, shares, shape), shape);
    },
  };
}

function spread(to: Emitter, dy: Operand, [down = "", across = ""]: readonly string[], [n = 1, h = 1, w = 1, c = 1]: readonly number[]): string {
  const [, height = 1, width = 1] = dy.shape;
  const multiplied = (shares: string, shape: readonly number[], by: string, columns: readonly number[]): string =>
    product(to, { name: shares, shape, isTransposed: false }, { name: to.reshape(by, columns), shape: columns, isTransposed: false });
  const rows = multiplied(down, [h, height], dy.name, [n, height, width * c]);
  return multiplied(across, [w, width], rows, [n * h, width, c]);
}

export const resizes: readonly KernelDefinition[] = [
  resize(tf.ResizeBilinear, linear, ["float32"]),
  resize(tf.ResizeNearestNeighbor, nearest, numbers),
  gradient(tf.ResizeBilinearGrad, linear),
  gradient(tf.ResizeNearestNeighborGrad, nearest),
];
