// What each op says of the layouts of its operands and of its result: a total table, so that an op without a row does not compile.

import { numberAttribute, numbersAttribute } from "../../ir/attributes.js";
import type { OpKind } from "../../ir/ops.js";
import type { Axis, Sizes } from "./axes.js";
import { relateReshape } from "./reshapes.js";
import { fresh, type Use } from "./use.js";

/** The axes of the result. */
export type RelationRule = (use: Use) => readonly Axis[];

const first: RelationRule = ({ operands }) => operands[0] ?? [];
const nothing: RelationRule = () => [];

/** As `fresh`; it may not grow. */
function still(use: Use, axis: number, name: string): Axis {
  const made = fresh(use, axis);
  use.table.fix(made, name, use.place);
  return made;
}

function wholes(use: Use, name: string): Sizes {
  return use.ops.map((op) => numberAttribute(op.attributes, name));
}

function last(axes: readonly Axis[] | undefined): Axis {
  return axes?.at(-1) ?? 0;
}

function equate(use: Use, a: Axis | undefined, b: Axis | undefined): void {
  if (a !== undefined && b !== undefined) use.table.equate(a, b, use.place);
}

const space = ["height", "width"];

/** A convolution: the weight is [...window, in, out] after `window` axes. */
function convolution(window: number): RelationRule {
  return (use) => {
    const [x = [], filters = []] = use.operands;
    const [channels = 0, connected = 0, outputs = 0] = [last(x), filters[window] ?? 0, filters[window + 1] ?? 0];
    const groups = wholes(use, "groups");
    const count = groups[0] ?? 1;
    if (groups.every((each) => each === count)) {
      use.table.tile(channels, count, connected, 1, use.place);
      if (count > 1) {
        const each = use.table.add(use.table.sizesOf(outputs).map((size) => size / count), use.place);
        use.table.tile(outputs, count, each, 1, use.place);
      }
    } else {
      const each = use.table.sizesOf(outputs).map((size, index) => size / (groups[index] ?? 1));
      if (!use.table.isEqual(connected) || each.some((size) => size !== each[0])) use.report("groups-differ", { target: String(count), sources: groups.slice(1).join(", ") });
      else {
        const whole = use.table.add(groups, use.place);
        use.table.tile(channels, 1, whole, use.table.sizesOf(connected)[0] ?? 1, use.place);
        use.table.tile(outputs, 1, whole, each[0] ?? 1, use.place);
      }
    }
    return [...spatial(use, window), outputs];
  };
}

function spatial(use: Use, count: number): readonly Axis[] {
  return Array.from({ length: count }, (_, axis) => still(use, axis, count === 1 ? "time" : (space[axis] ?? "space")));
}

/** Windows of space over channels that stay. */
const window: RelationRule = (use) => [...spatial(use, 2), last(use.operands[0])];

/** x with weights of the size of its last axis. */
const alongLast: RelationRule = (use) => {
  const [x = [], ...weights] = use.operands;
  for (const weight of weights) equate(use, last(x), last(weight));
  return x;
};

function recurrent(gates: number): RelationRule {
  return (use) => {
    const [x = [], kernel = [], inner = [], ...rest] = use.operands;
    const units = inner[0] ?? 0;
    equate(use, last(x), kernel[0]);
    for (const packed of [kernel[1], inner[1], rest[0]?.[0]]) if (packed !== undefined) use.table.tile(packed, gates, units, 1, use.place);
    // Lengths of sequences have no axis.
    for (const each of rest.slice(1)) if (each.length > 0) equate(use, units, last(each));
    return [x[0] ?? 0, units];
  };
}

/** Aligned at the right; what has one position goes with any other size. */
const broadcast: RelationRule = (use) => {
  const [a = [], b = []] = use.operands;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length], b[axis - rank + b.length]];
    if (left === undefined || right === undefined) return left ?? right ?? 0;
    const isOne = (each: Axis): boolean => use.table.sizesOf(each).every((size) => size === 1);
    if (isOne(left)) return right;
    if (!isOne(right)) equate(use, left, right);
    return left;
  });
};

const attention: RelationRule = (use) => {
  const [query = [], key = [], value = [], bias] = use.operands;
  const { table, place } = use;
  [query, key, value].forEach((axes) => table.fix(axes[2] ?? 0, "size of a head", place));
  for (const axis of [0, 1, 2]) equate(use, key[axis], value[axis]);
  equate(use, query[2], key[2]);
  const [heads, groups] = [table.sizesOf(query[1] ?? 0), table.sizesOf(key[1] ?? 0)];
  const per = heads.map((count, index) => count / (groups[index] ?? 1));
  // Another number of heads for each head of keys: which heads read which is not the sources' order, and the states say so.
  if (per.every((each) => each === per[0])) table.tile(query[1] ?? 0, 1, key[1] ?? 0, per[0] ?? 1, place);
  if (bias !== undefined) [query[1], query[0], key[0]].forEach((axis, index) => equate(use, bias[index], axis));
  return query;
};

const product: RelationRule = (use) => {
  const [a = [], b = []] = use.operands;
  for (let axis = 0; axis < a.length - 2; axis++) equate(use, a[axis], b[axis]);
  equate(use, a.at(-1), b.at(-2));
  return [...a.slice(0, -1), last(b)];
};

const concat: RelationRule = (use) => {
  const [one = []] = use.operands;
  const axis = wholes(use, "axis")[0] ?? 0;
  const whole = fresh(use, axis);
  let offset: Sizes = use.ops.map(() => 0);
  for (const each of use.operands) {
    each.forEach((other, index) => (index === axis ? undefined : equate(use, one[index], other)));
    const part = each[axis] ?? 0;
    use.table.part(whole, offset, part, use.place);
    offset = offset.map((position, index) => position + (use.table.sizesOf(part)[index] ?? 0));
  }
  return one.with(axis, whole);
};

const slice: RelationRule = (use) => {
  const axis = wholes(use, "axis")[0] ?? 0;
  const x = use.operands[0] ?? [];
  const part = fresh(use, axis);
  use.table.part(x[axis] ?? 0, wholes(use, "start"), part, use.place);
  return x.with(axis, part);
};

const pad: RelationRule = (use) =>
  (use.operands[0] ?? []).map((axis, index) => {
    const before = use.ops.map((op) => numbersAttribute(op.attributes, "before")[index] ?? 0);
    const after = use.ops.map((op) => numbersAttribute(op.attributes, "after")[index] ?? 0);
    if ([...before, ...after].every((size) => size === 0)) return axis;
    const whole = fresh(use, index);
    use.table.part(whole, before, axis, use.place);
    return whole;
  });

export const relations: { readonly [K in OpKind]: RelationRule } = {
  weight: ({ weightAxes }) => weightAxes,
  mix: first,
  constant: nothing,
  matmul: (use) => {
    const [x = [], kernel = []] = use.operands;
    equate(use, last(x), kernel[0]);
    return [...x.slice(0, -1), last(kernel)];
  },
  conv2d: convolution(2),
  conv1d: convolution(1),
  depthwise_conv2d: (use) => {
    const [x = [], filters = []] = use.operands;
    const each = use.table.sizesOf(last(filters)).map((size, index) => size / (use.table.sizesOf(last(x))[index] ?? 1));
    if (each.some((size) => size !== each[0])) use.report("graphs-differ", { source: "", expected: `multiplier: ${String(each[0])}`, found: `multiplier: ${each.slice(1).join(", ")}` });
    else use.table.tile(last(filters), 1, last(x), each[0] ?? 1, use.place);
    return [...spatial(use, 2), last(filters)];
  },
  conv2d_transpose: (use) => {
    const [x = [], filters = []] = use.operands;
    equate(use, last(x), filters[2]);
    return [...spatial(use, 2), last(filters)];
  },
  resize: window,
  pad,
  embedding: ({ operands: [indices = [], table = []] }) => [...indices, last(table)],
  lstm: recurrent(4),
  gru: recurrent(3),
  unembed: (use) => {
    const [x = [], table = []] = use.operands;
    equate(use, last(x), last(table));
    return [...x.slice(0, -1), table[0] ?? 0];
  },
  project_heads: (use) => {
    const [x = [], kernel = []] = use.operands;
    equate(use, last(x), kernel[0]);
    return [...x.slice(0, -1), ...kernel.slice(1)];
  },
  merge_heads: (use) => {
    const [x = [], kernel = []] = use.operands;
    equate(use, x.at(-2), kernel[0]);
    equate(use, x.at(-1), kernel[1]);
    return [...x.slice(0, -2), last(kernel)];
  },
  attention,
  rotary: first,
  learned_positions: (use) => {
    const [x = [], table = []] = use.operands;
    equate(use, last(x), last(table));
    return x;
  },
  relative_bias: (use) => [last(use.operands[0]), still(use, 1, "positions"), still(use, 2, "positions")],
  product,
  layer_norm: alongLast,
  rms_norm: alongLast,
  group_norm: alongLast,
  l2_normalize: first,
  batch_norm: alongLast,
  frozen_batch_norm: alongLast,
  dropout: first,
  noise: first,
  max_pool: window,
  avg_pool: window,
  reshape: relateReshape,
  concat,
  one_hot: (use) => [...(use.operands[0] ?? []), still(use, use.operands[0]?.length ?? 0, "classes")],
  cast: first,
  mean: (use) => {
    const axes = numbersAttribute(use.ops[0]?.attributes ?? {}, "axes");
    return (use.operands[0] ?? []).filter((_, axis) => !axes.includes(axis));
  },
  last: (use) => (use.operands[0] ?? []).slice(1),
  transpose: (use) => numbersAttribute(use.ops[0]?.attributes ?? {}, "axes").map((axis) => use.operands[0]?.[axis] ?? 0),
  slice,
  per_example: first,
  relu: first,
  leaky_relu: first,
  elu: first,
  gelu: first,
  silu: first,
  sigmoid: first,
  tanh: first,
  softplus: first,
  softmax: first,
  exp: first,
  log: first,
  sqrt: first,
  neg: first,
  add: broadcast,
  sub: broadcast,
  mul: broadcast,
  div: broadcast,
  pow: broadcast,
  cross_entropy: nothing,
  binary_cross_entropy: nothing,
  mse: nothing,
  mae: nothing,
  huber: nothing,
  kl: nothing,
  kl_normal: nothing,
  contrastive: nothing,
  accuracy: nothing,
  top_k: nothing,
  f1: nothing,
  r2: nothing,
  perplexity: nothing,
  recall: nothing,
};
