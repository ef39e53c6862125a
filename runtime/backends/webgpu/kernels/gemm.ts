// Products of matrices in WGSL, C[z] = A[z] B[z], in tiles that a workgroup of 16 by 16 threads keeps in its memory; a thread has 4 or 8 rows and
// columns of a tile's result in registers. How A and B are read is a parameter, so that convolutions are products too, without their windows in
// memory. With few tiles the sum is split: parts are added up in an order of their own, so that two runs have the same bits.

import type * as tf from "@tensorflow/tfjs-core";
import { bindings, int, run, type Uniform, type WebGpuBackend } from "../programs.js";
import { sumOver } from "./reduce.js";

/**
 * One side of the product: rows of A, columns of B. `code` has three WGSL functions, with the side's suffix S: `lineS(z, i)` gives what is fixed for a
 * row or column of product z, `stepS(k)` what is fixed for a step of the sum, and `atS(line, step)` the number there.
 */
export interface Side {
  /** Tells sides apart in a program's name. */
  readonly name: string;
  /** What lies one beside the other in memory: numbers along k, or those of neighbouring lines. */
  readonly along: "k" | "line";
  readonly code: (suffix: "A" | "B") => string;
  /** Values of the names that `code` uses: `p.<name>`. */
  readonly uniforms: Readonly<Record<string, number>>;
  readonly tensor: tf.TensorInfo;
}

export interface Product {
  readonly a: Side;
  readonly b: Side;
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly shape: readonly number[];
}

/** A plain matrix of a batch of `batch` (1: the same for all), [lines, k] or, turned, [k, lines]. */
export function matrix(tensor: tf.TensorInfo, { lines, inner, batch, isTurned }: { readonly lines: number; readonly inner: number; readonly batch: number; readonly isTurned: boolean }, suffix: "A" | "B"): Side {
  const [line, step] = [isTurned ? 1 : inner, isTurned ? lines : 1];
  return {
    name: isTurned ? "turned" : "plain",
    along: isTurned ? "line" : "k",
    tensor,
    uniforms: { [`perLine${suffix}`]: line, [`perStep${suffix}`]: step, [`perBatch${suffix}`]: batch === 1 ? 0 : lines * inner },
    code: (s) => `
      fn line${s}(z: u32, i: u32) -> u32 { return z * p.perBatch${s} + i * p.perLine${s}; }
      fn step${s}(k: u32) -> u32 { return k * p.perStep${s}; }
      fn at${s}(line: u32, step: u32) -> f32 { return ${s.toLowerCase()}[line + step]; }`,
  };
}

/** Steps of the sum that are in a workgroup's memory at a time. */
const depth = 16;
/** Rows and columns of a tile's result, small and large. */
const sides = [64, 128] as const;
/** Tiles that keep a large GPU busy: an H100 has 132 multiprocessors. */
const enough = 200;
/** Steps of a part of the sum, at least, with small and large tiles: parts cost a program and memory. */
const leastPart = { 64: 512, 128: 4096 } as const;
/** Numbers of all parts together, at most. */
const mostParts = 2 ** 26;

export interface Plan {
  readonly tile: (typeof sides)[number];
  /** Into how many parts the sum is split. */
  readonly parts: number;
}

/** Large tiles where there are enough of them, which is what they are faster by. */
export function planOf({ batch, rows, columns, inner }: Pick<Product, "batch" | "rows" | "columns" | "inner">): Plan {
  const most = Math.floor(mostParts / (batch * rows * columns));
  const [small, large] = sides.map((tile) => {
    const tiles = Math.ceil(rows / tile) * Math.ceil(columns / tile) * batch;
    return { tile, tiles, parts: Math.max(1, Math.min(Math.ceil(enough / tiles), Math.floor(inner / leastPart[tile]), most)) };
  });
  if (small === undefined || large === undefined) throw new Error("no tiles");
  const { tile, parts } = rows > small.tile && columns > small.tile && large.tiles * large.parts >= enough ? large : small;
  return { tile, parts };
}

/** The product as a new tensor; null: it has more tiles than the device takes at once. */
export function product(backend: WebGpuBackend, { a, b, batch, rows, columns, inner, shape }: Product, { tile, parts }: Plan = planOf({ batch, rows, columns, inner })): tf.TensorInfo | null {
  const [down, across] = [Math.ceil(rows / tile), Math.ceil(columns / tile)];
  const size = batch * rows * columns;
  const most = backend.device.limits.maxComputeWorkgroupsPerDimension;
  if (down > most || across > most || batch * parts > most) return null;
  const perPart = Math.ceil(inner / parts / depth) * depth;
  const result = backend.makeTensorInfo(parts === 1 ? shape : [parts, size], "float32");
  const uniforms = { rows, columns, inner, batch, perPart, ...a.uniforms, ...b.uniforms };
  run(backend, {
    name: `product ${tile} ${a.name} ${b.name}`,
    code: () => source(a, b, tile, Object.keys(uniforms)),
    reads: [a.tensor, b.tensor],
    writes: [result],
    uniforms: Object.values(uniforms).map((value): Uniform => int(value)),
    groups: [across, down, batch * parts],
  });
  if (parts === 1) return result;
  const sum = sumOver(backend, result, { outer: 1, count: parts, inner: size }, shape);
  backend.disposeData(result.dataId);
  return sum;
}

const indices = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const letters = ["x", "y", "z", "w"] as const;

function source(a: Side, b: Side, tile: number, uniforms: readonly string[]): string {
  const groups = indices(tile / 64);
  return `
${bindings(["a", "b"], ["c"], Object.fromEntries(uniforms.map((name) => [name, "u32"])))}
${a.code("A")}
${b.code("B")}
const width = ${tile / 4}u;
var<workgroup> tileA: array<vec4f, ${(depth * tile) / 4}>;
var<workgroup> tileB: array<vec4f, ${(depth * tile) / 4}>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let z = group.z % p.batch;
  let part = group.z / p.batch;
  let first = part * p.perPart;
  let end = min(p.inner, first + p.perPart);
  let row = group.y * ${tile}u;
  let column = group.x * ${tile}u;
  let tx = t % 16u;
  let ty = t / 16u;
${groups.map((i) => places(a, "A", "row", "rows", i) + places(b, "B", "column", "columns", i)).join("")}
${groups.flatMap((i) => groups.flatMap((j) => letters.map((r) => `  var sum${i}${r}${j} = vec4f();`))).join("\n")}
  for (var start = first; start < end; start += ${depth}u) {
${groups.map((i) => `    tileA[placeA${i}] = nextA${i};\n    tileB[placeB${i}] = nextB${i};`).join("\n")}
    workgroupBarrier();
    let following = start + ${depth}u;
    if (following < end) {
${groups.map((i) => reading("A", "rows", i, "following") + reading("B", "columns", i, "following")).join("")}
    }
    for (var k = 0u; k < ${depth}u; k++) {
      let atA = k * width + (ty ^ k);
      let atB = k * width + (tx ^ k);
${groups.map((i) => `      let a${i} = tileA[atA + ${16 * i}u];\n      let b${i} = tileB[atB + ${16 * i}u];`).join("\n")}
${groups.flatMap((i) => groups.flatMap((j) => letters.map((r) => `      sum${i}${r}${j} = fma(vec4f(a${i}.${r}), b${j}, sum${i}${r}${j});`))).join("\n")}
    }
    workgroupBarrier();
  }
  let base = group.z * p.rows;
${groups.flatMap((i) => letters.map((r, at) => writing(groups, i, r, at))).join("")}
}
`;
}

/** Where a thread's i-th four numbers of a side lie: of which lines and which step of a tile, and the first of them. */
function places({ along }: Side, s: "A" | "B", start: string, count: string, i: number): string {
  const id = `(t + ${256 * i}u)`;
  const [k, four] = along === "k" ? [`${id} % ${depth}u`, `${id} / ${depth}u`] : [`${id} / width`, `${id} % width`];
  return `
  let k${s}${i} = ${k};
  let four${s}${i} = ${four};
  // Threads that write side by side write to different banks.
  let place${s}${i} = k${s}${i} * width + (four${s}${i} ^ k${s}${i});
  let from${s}${i} = ${start} + 4u * four${s}${i};
${letters.map((r, at) => `  let line${s}${i}${r} = line${s}(z, min(from${s}${i} + ${at}u, p.${count} - 1u));`).join("\n")}
  var next${s}${i} = vec4f();
${reading(s, count, i, "first")}`;
}

function reading(s: "A" | "B", count: string, i: number, from: string): string {
  return `
  {
    let k = ${from} + k${s}${i};
    let step = step${s}(min(k, p.inner - 1u));
    next${s}${i} = select(vec4f(), vec4f(${letters.map((r) => `at${s}(line${s}${i}${r}, step)`).join(", ")}), vec4<bool>(${letters.map((_, at) => `k < end && from${s}${i} + ${at}u < p.${count}`).join(", ")}));
  }
`;
}

function writing(groups: readonly number[], i: number, r: string, at: number): string {
  return `
  {
    let r = row + ${64 * i + at}u + 4u * ty;
    if (r < p.rows) {
      let start = (base + r) * p.columns;
${groups.map((j) => `      { let n = column + ${64 * j}u + 4u * tx;
${letters.map((q, k) => `        if (n + ${k}u < p.columns) { c[start + n + ${k}u] = sum${i}${r}${j}.${q}; }`).join("\n")} }`).join("\n")}
    }
  }`;
}
