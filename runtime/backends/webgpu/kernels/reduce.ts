// Sums and means on WebGPU. TensorFlow.js has one workgroup for each number of the result, however long its sum, and turns the tensor around where
// other axes than the last are summed. Here long sums are made in parts, always the same, and no axis is moved.

import * as tf from "@tensorflow/tfjs-core";
import { addedUp, bindings, flatBuiltins, flatGroup, flatGroups, float, hasFloats, int, run, type WebGpuBackend } from "../programs.js";

/** A tensor as [outer, count, inner], to be summed over the one in the middle. */
export interface Runs {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

const threads = 256;
/** Numbers that a thread adds up before it pays to have another workgroup. */
const perThread = 16;
/** Workgroups that keep a large GPU busy. */
const enough = 1024;
/** Columns that a workgroup sums at a time. */
const columns = 64;

/** The sum over the axis in the middle, times `factor`. */
export function sumOver(backend: WebGpuBackend, x: tf.TensorInfo, runs: Runs, shape: readonly number[], factor = 1): tf.TensorInfo {
  const { outer, count, inner } = runs;
  const isAcross = inner > 1;
  const groups = outer * (isAcross ? Math.ceil(inner / columns) : 1);
  const reach = (isAcross ? threads / columns : threads) * perThread;
  const parts = Math.max(1, Math.min(Math.ceil(enough / groups), Math.floor(count / reach)));
  const result = backend.makeTensorInfo(parts === 1 ? shape : [outer, parts, inner], "float32");
  const perPart = Math.ceil(count / parts);
  run(backend, {
    name: isAcross ? "sum across" : "sum along",
    code: isAcross ? across : along,
    reads: [x],
    writes: [result],
    uniforms: [int(outer), int(count), int(inner), int(parts), int(perPart), float(parts === 1 ? factor : 1)],
    groups: flatGroups(backend.device, groups * parts, 1),
  });
  if (parts === 1) return result;
  const sum = sumOver(backend, result, { outer, count: parts, inner }, shape, factor);
  backend.disposeData(result.dataId);
  return sum;
}

const uniforms = { outer: "u32", count: "u32", inner: "u32", parts: "u32", perPart: "u32", factor: "f32" } as const;

/** Sums of numbers one beside the other: a workgroup has a part of one. */
const along = (): string => `
${bindings(["x"], ["sums"], uniforms)}
var<workgroup> partial: array<f32, ${threads}>;
@compute @workgroup_size(${threads})
fn main(${flatBuiltins}) {
  let id = ${flatGroup};
  let run = id / p.parts;
  let start = (id % p.parts) * p.perPart;
  let end = min(p.count, start + p.perPart);
  var sum = 0.0;
  if (run < p.outer) {
    for (var i = start + t; i < end; i += ${threads}u) { sum += x[run * p.count + i]; }
  }
${addedUp(threads)}
  if (t == 0u && run < p.outer) { sums[id] = p.factor * partial[0]; }
}
`;

/** Sums over rows: a workgroup has some columns of a part of them, and ${threads / columns} rows at a time. */
const across = (): string => `
${bindings(["x"], ["sums"], uniforms)}
var<workgroup> partial: array<f32, ${threads}>;
@compute @workgroup_size(${threads})
fn main(${flatBuiltins}) {
  let id = ${flatGroup};
  let strips = (p.inner + ${columns - 1}u) / ${columns}u;
  let column = (id % strips) * ${columns}u + t % ${columns}u;
  let rest = id / strips;
  let part = rest % p.parts;
  let run = rest / p.parts;
  let end = min(p.count, (part + 1u) * p.perPart);
  let isInside = run < p.outer && column < p.inner;
  var sum = 0.0;
  if (isInside) {
    for (var i = part * p.perPart + t / ${columns}u; i < end; i += ${threads / columns}u) { sum += x[(run * p.count + i) * p.inner + column]; }
  }
${addedUp(threads, columns)}
  if (t < ${columns}u && isInside) { sums[(run * p.parts + part) * p.inner + column] = p.factor * partial[t]; }
}
`;

/** The kernels Sum and Mean for float32; null: not served. */
export function reduce(isMean: boolean): (backend: WebGpuBackend, inputs: tf.NamedTensorInfoMap, attrs: object) => tf.TensorInfo | null {
  return (backend, { x }, attrs) => {
    const { axis, keepDims } = attrs as tf.SumAttrs;
    if (x === undefined || !hasFloats(backend, x)) return null;
    const size = tf.util.sizeFromShape(x.shape);
    const axes = new Set(tf.util.parseAxisParam(axis, x.shape));
    const runs = runsOf(x.shape, axes);
    if (size === 0 || runs.length === 0) return null;
    const shape = x.shape.flatMap((n, i) => (!axes.has(i) ? [n] : keepDims ? [1] : []));
    const factor = isMean ? 1 / runs.reduce((product, { count }) => product * count, 1) : 1;
    let result: tf.TensorInfo | null = null;
    for (const [i, run] of runs.entries()) {
      const isLast = i === runs.length - 1;
      const next: tf.TensorInfo = sumOver(backend, result ?? x, run, isLast ? shape : [run.outer * run.inner], isLast ? factor : 1);
      if (result !== null) backend.disposeData(result.dataId);
      result = next;
    }
    return result;
  };
}

/** The summed axes in runs of neighbours, last first, each as the tensor is when those behind it are summed. Axes of one element are left out. */
function runsOf(shape: readonly number[], axes: ReadonlySet<number>): readonly Runs[] {
  const runs: Runs[] = [];
  let [count, inner] = [1, 1];
  for (let i = shape.length - 1; i >= -1; i--) {
    const n = shape[i] ?? 1;
    if (i >= 0 && axes.has(i)) {
      count *= n;
      continue;
    }
    if (i >= 0 && n === 1) continue;
    if (count > 1) {
      runs.push({ outer: shape.slice(0, i + 1).reduce((product, m) => product * m, 1), count, inner });
      count = 1;
    }
    inner *= n;
  }
  return runs;
}
