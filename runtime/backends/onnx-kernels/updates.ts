// The steps of Adam and SGD on kernel sets and plain weights, as updates of captured steps.

import type { HostArray } from "../onnx/binding.js";
import type { Call, KernelDefinition, Plan } from "../onnx/definition.js";
import type { UpdateEngine } from "../onnx/update.js";
import { sizeOf } from "../onnx/value.js";
import { mostBytes, updateLoops, type Loop, type LoopName } from "./update-loops.js";

/** Inputs weight, first, second, gradient, p, rate, offset, keep; attributes beta1, beta2. What it gives: weight, first, second. */
export const adamUpdateName = "SopAdamUpdate";
/** Inputs weight, gradient, p, rate, and momentum if there is one; attributes mu, nesterov. What it gives: weight and momentum. */
export const sgdUpdateName = "SopSgdUpdate";

type Loops = Readonly<Record<LoopName, Loop>>;

/** Elements that are worked on at a time, so that what is shared by the copies stays in the cache. */
const block = 4096;
const alignment = 64;

/** An update's arrays by their addresses, and the small inputs of a run. */
type Run = (loops: Loops, addresses: readonly number[], scratch: number, sizes: readonly number[], params: readonly number[], small: readonly HostArray[]) => void;

const single = Math.fround;
const number = (array: HostArray | undefined): number => array?.[0] ?? NaN;

/** Blocks of one copy: where each begins, and its bytes rounded up to whole vectors. */
function eachBlock(size: number, run: (start: number, bytes: number) => void): void {
  for (let start = 0; start < size; start += block) run(4 * start, 16 * Math.ceil(Math.min(block, size - start) / 4));
}

const adam: Run = (loops, [weight = 0, first = 0, second = 0, gradient = 0], scratch, [stored = 0, , size = 0], [beta1 = 0, beta2 = 0], [p, rate, offset, keep]) => {
  const rest1 = single(1 - beta1);
  const copies = stored / size;
  eachBlock(size, (at, bytes) => {
    loops.adamPace(second + at, gradient + at, scratch, bytes, beta2, 1 - beta2, number(rate), number(offset));
    for (let i = 0; i < copies; i++) {
      const copy = 4 * strideOf(size, copies) * i + at;
      loops.adamMove(weight + copy, first + copy, gradient + at, scratch, bytes, beta1, single((p?.[i] ?? NaN) * rest1), number(keep));
    }
  });
};

const sgd: Run = (loops, addresses, _scratch, sizes, [mu = 0, nesterov = 0], [p, rate]) => {
  const hasMomentum = addresses.length === 3;
  const [weight = 0, first = 0] = addresses;
  const gradient = addresses.at(-1) ?? 0;
  const [stored = 0] = sizes;
  const size = sizes.at(-1) ?? 0;
  const copies = stored / size;
  eachBlock(size, (at, bytes) => {
    for (let i = 0; i < copies; i++) {
      const copy = 4 * strideOf(size, copies) * i + at;
      const share = p?.[i] ?? NaN;
      if (!hasMomentum) loops.sgd(weight + copy, gradient + at, bytes, share, number(rate));
      else loops[nesterov === 1 ? "nesterov" : "momentum"](weight + copy, first + copy, gradient + at, bytes, share, number(rate), mu);
    }
  });
};

/** Elements from one copy to the next: copies lie without gaps. */
function strideOf(size: number, copies: number): number {
  if (copies > 1 && size % 4 !== 0) throw new Error("copies that are not whole vectors");
  return size;
}

const runs: Readonly<Record<string, Run>> = { [adamUpdateName]: adam, [sgdUpdateName]: sgd };

const engine: UpdateEngine = {
  open: (calls) => {
    let top = 4 * block;
    const placed = calls.map((call) => {
      const addresses = call.sizes.map((size) => {
        const address = top;
        top += Math.ceil((4 * size) / alignment) * alignment;
        return address;
      });
      return { ...call, addresses };
    });
    const memory = top > mostBytes ? null : updateLoops(top);
    if (memory === null) return null;
    const { buffer, loops } = memory;
    return placed.map(({ kernel, addresses, sizes, params }) => ({
      arrays: addresses.map((address, i) => new Float32Array(buffer, address, sizes[i] ?? 0)),
      run: (small) => runs[kernel]?.(loops, addresses, 0, sizes, params, small),
    }));
  },
};

/** Copies one after the other can be taken four elements at a time only if each begins at a whole vector; rates and shares are scalars. */
function planned(call: Call, names: readonly string[], small: readonly string[], changed: number, params: readonly number[]): Plan | null {
  const inputs = names.map((name) => call.input(name));
  const [weight] = inputs;
  const gradient = inputs.at(-1);
  if (weight === undefined || gradient === undefined) return null;
  const size = sizeOf(gradient.shape);
  if (weight.value.size > size && size % 4 !== 0) return null;
  return { inputs: [...inputs, ...small.map((name) => call.input(name))], outputs: inputs.slice(0, changed).map(({ shape }) => ({ shape, dtype: "float32" })), params };
}

function notEmitted(): never {
  throw new Error("an update is no op of the engine");
}

export const updates: readonly KernelDefinition[] = [
  {
    kernel: adamUpdateName,
    isList: true,
    plan: (call) => planned(call, ["weight", "first", "second", "gradient"], ["p", "rate", "offset", "keep"], 3, [Number(call.attribute("beta1")), Number(call.attribute("beta2"))]),
    emit: notEmitted,
    update: { engine, bulk: 1 },
  },
  {
    kernel: sgdUpdateName,
    isList: true,
    plan: (call) => {
      const names = call.has("momentum") ? ["weight", "momentum", "gradient"] : ["weight", "gradient"];
      return planned(call, names, ["p", "rate"], names.length - 1, [Number(call.attribute("mu")), call.flag("nesterov") ? 1 : 0]);
    },
    emit: notEmitted,
    update: { engine, bulk: 1 },
  },
];
