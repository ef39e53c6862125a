// What Deep Fusion makes of single weights, entry by entry; noise between sources; norms that stay apart when a fused model is fused again;
// training after the fusion.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FusedInitializer } from "../../compiler/ir/initializers.js";
import type { Module } from "../../compiler/ir/module.js";
import { print } from "../../compiler/ir/print.js";
import { fuse } from "../../compiler/passes/deep-fusion/fuse.js";
import { printProvenance } from "../../compiler/passes/deep-fusion/report.js";
import * as sop from "../../runtime/index.js";
import { movingPace, paceAtEnd } from "../../runtime/methods/stationarity.js";
import { distanceInNorm, fusedWeights, measure, model, modelsOf, outputsOf, randomInputs, randomWeights, zeros, type Values } from "../support/fusion.js";
import { near, useCpu } from "../support/numeric.js";

await useCpu();

const mlp = `
model Net(a: int) {
  input x: f32[2]
  output y: f32[1] = x |> dense(a) |> relu |> dense(a) |> relu |> dense(1)
}
model One = Net(2)
model Two = Net(3)
model Both = Net(5)
model Twice = Net(4)
model Wider = Net(6)
`;

/** The values of a weight, row by row. */
function rows(values: Values, path: string): readonly (readonly number[])[] {
  const { shape, values: flat } = values[path] ?? { shape: [0], values: new Float32Array(0) };
  const width = shape.at(-1) ?? 1;
  return Array.from({ length: flat.length / width }, (_, row) => [...flat.slice(row * width, (row + 1) * width)]);
}

test("weights are concatenated, block diagonal, stacked times the shares, or the mean", () => {
  const { weights, sources } = measure(modelsOf(mlp), "Both", ["One", "Two"], { ...zeros, weights: [0.25, 0.75] });
  const [one = {}, two = {}] = [sources["One"], sources["Two"]];
  assert.equal(rows(weights, "dense.kernel"), rows(one, "dense.kernel").map((row, i) => [...row, ...(rows(two, "dense.kernel")[i] ?? [])]));
  assert.equal(rows(weights, "dense.bias"), [[...(rows(one, "dense.bias")[0] ?? []), ...(rows(two, "dense.bias")[0] ?? [])]]);
  assert.equal(rows(weights, "dense_2.kernel"), [...rows(one, "dense_2.kernel").map((row) => [...row, 0, 0, 0]), ...rows(two, "dense_2.kernel").map((row) => [0, 0, ...row])]);
  near(rows(weights, "dense_3.kernel").flat(), [...rows(one, "dense_3.kernel").flat().map((w) => 0.25 * w), ...rows(two, "dense_3.kernel").flat().map((w) => 0.75 * w)], 1e-7, "stacked");
  near(rows(weights, "dense_3.bias").flat(), [0.25 * (rows(one, "dense_3.bias").flat()[0] ?? 0) + 0.75 * (rows(two, "dense_3.bias").flat()[0] ?? 0)], 1e-7, "mean");
});

function initOf(module: Module | null, path: string): FusedInitializer {
  const init = module?.weights.find((weight) => weight.path === path)?.init;
  if (init?.kind !== "fused") throw new Error(`${path} is not fused`);
  return init;
}

test("the text of a weight does not grow with the image that it reads", () => {
  const { module } = measure(modelsOf(`
model Net(a: int) {
  input x: f32[8, 8, 1]
  output y: f32[1] = x |> conv2d(a, kernel: 1) |> flatten |> dense(1)
}
model One = Net(2)
model Both = Net(4)
`), "Both", ["One", "One"]);
  assert.equal(initOf(module, "dense.kernel").axes, [{ copies: 64, runs: [{ owner: 0, length: 2 }, { owner: 1, length: 2 }] }, { copies: 1, runs: [{ owner: "shared", length: 1 }] }]);
  assert.ok(module !== null && /axes: \[64 x \[0: 2, 1: 2\], \[shared: 1\]\], contracts: 0/.test(print(module)));
});

test("gates and heads keep their order", () => {
  const { module } = measure(modelsOf(`
model Net(a: int) {
  input x: f32[3, 2]
  h = x |> dense(2 * a) |> self_attention(a)
  output y: f32[1] = h |> lstm(a) |> gru(a) |> last |> dense(1)
}
model One = Net(2)
model Two = Net(3)
model Both = Net(5)
`), "Both", ["One", "Two"]);
  const pair = [{ owner: 0, length: 2 }, { owner: 1, length: 3 }];
  assert.equal(initOf(module, "lstm.recurrent").axes, [{ copies: 1, runs: pair }, { copies: 4, runs: pair }]);
  assert.equal(initOf(module, "gru.bias").axes, [{ copies: 3, runs: pair }]);
  assert.equal(initOf(module, "self_attention.out.kernel").axes, [{ copies: 1, runs: pair }, { copies: 1, runs: [{ owner: "shared", length: 2 }] }, { copies: 1, runs: [{ owner: 0, length: 4 }, { owner: 1, length: 6 }] }]);
});

test("the provenance says where everything comes from", () => {
  const { fusion } = measure(modelsOf(`
model Net(d: int, heads: int) {
  input tokens: i32[4] below 9
  layer table = embedding(9, d)
  x = (tokens |> table) * sqrt(d)
  x = x + (x |> rms_norm |> dense(2 * d) |> relu |> dense(d))
  output next: f32[4, 9] = x |> rms_norm |> table.unembed
  output kind = x |> mean(axis: 0) |> dense(2) |> softmax
}
model One = Net(4, 1)
model Two = Net(12, 3)
model Both = Net(16, 4)
`), "Both", ["One", "Two"]);
  const text = fusion.provenance === null ? "" : printProvenance(fusion.provenance);
  assert.equal(text.split("\n").filter((line) => /^source|^weight|unembed|^output|softmax/.test(line)), [
    "source 0: One",
    "source 1: Two",
    "weight table.table ([shared: 9], [0: 4, 1: 12]) times 0.5, 0.866025",
    "weight rms_norm.scale ([0: 4, 1: 12])",
    "weight dense.kernel ([0: 4, 1: 12], [0: 8, 1: 24])",
    "weight dense.bias ([0: 8, 1: 24])",
    "weight dense_2.kernel ([0: 8, 1: 24], [0: 4, 1: 12])",
    "weight dense_2.bias ([0: 4, 1: 12])",
    "weight rms_norm_2.scale ([0: 4, 1: 12]) times 1, 0.57735",
    "weight dense_3.kernel ([0: 4, 1: 12], [shared: 2]) times 0.5, 0.5",
    "weight dense_3.bias ([shared: 2])",
    "%19 unembed table ([shared: 4], [shared: 9]): sum of the sources' times 0.5, 0.5",
    "%25 softmax softmax ([shared: 2]): not known, because of mean-meets-function at softmax",
    "output next: is the mean of the sources' outputs",
    "output kind: is not the mean; what softmax reads is",
  ]);
});

test("a number that follows from the width is made up for in the table before it", () => {
  const { module, fusion } = measure(modelsOf(`
model Net(d: int) {
  input x: i32[4] below 9
  y = ((x |> embedding(9, d)) * sqrt(d)) |> learned_positions(4)
  output y = y |> dense(d) |> relu |> dense(2)
}
model One = Net(4)
model Two = Net(12)
model Both = Net(16)
`), "Both", ["One", "Two"]);
  assert.equal(fusion.claims.map(({ kind }) => kind), ["mean"]);
  near(initOf(module, "embedding.table").from.map(({ factor }) => factor), [Math.sqrt(4 / 16), Math.sqrt(12 / 16)], 1e-6, "table");
  for (const path of ["learned_positions.table", "dense.kernel", "dense.bias"]) near(initOf(module, path).from.map(({ factor }) => factor), [1, 1], 1e-12, path);
});

test("noise stands between sources only, in units of their spread, the same for the same seed", () => {
  const models = modelsOf(mlp.replaceAll("Net(2)", "Net(40)").replaceAll("Net(3)", "Net(60)").replaceAll("Net(5)", "Net(100)"));
  const options = { ...zeros, newWeights: { kind: "normal", std: 0.5 } } as const;
  const { fusion, weights, sources, gaps } = measure(models, "Both", ["One", "Two"], options);
  assert.equal(fusion.claims.map((claim) => (claim.kind === "not" ? claim.causes.map(({ id }) => id) : [])), [["new-weights-noise"]]);
  assert.ok((gaps["y"] ?? 0) > 1e-3);
  const plain = measure(models, "Both", ["One", "Two"]).weights;
  for (const path of ["dense.kernel", "dense.bias", "dense_3.kernel"]) assert.equal(weights[path], plain[path], path);
  const noise = rows(weights, "dense_2.kernel").flatMap((row, i) => row.map((w, j) => w - (rows(plain, "dense_2.kernel")[i]?.[j] ?? 0)));
  const between = noise.filter((w) => w !== 0);
  assert.is(between.length, 2 * 40 * 60);
  const std = (list: readonly number[]): number => Math.sqrt(list.reduce((sum, w) => sum + w * w, 0) / list.length);
  const spread = Math.sqrt(["One", "Two"].reduce((sum, name) => sum + std(rows(sources[name] ?? {}, "dense_2.kernel").flat()) ** 2, 0) / 2);
  assert.ok(Math.abs(std(between) / spread - 0.5) < 0.03, `${std(between) / spread}`);
  assert.equal(measure(models, "Both", ["One", "Two"], options).weights["dense_2.kernel"], weights["dense_2.kernel"]);
});

test("units that are nobody's start as those of a plain model and are read by none of the others", () => {
  const { weights, fusion, gaps } = measure(modelsOf(mlp), "Wider", ["One", "Two"]);
  assert.equal(fusion.claims.map(({ kind }) => kind), ["mean"]);
  assert.ok((gaps["y"] ?? 1) < 1e-5);
  const kernel = rows(weights, "dense_2.kernel");
  assert.equal(kernel[5]?.slice(0, 5), [0, 0, 0, 0, 0]);
  assert.ok(kernel.every((row) => row[5] !== 0));
  assert.equal(rows(weights, "dense_3.kernel")[5], [0]);
  const alone = measure(modelsOf(mlp), "Wider", ["One"]);
  assert.equal(alone.fusion.claims.map(({ kind }) => kind), ["mean"]);
  assert.ok((alone.gaps["y"] ?? 1) < 1e-5, "one model, made wider");
});

/** Gradients of the mean square of the output of `mlp` by weight. */
function slopes(weights: Values): Values {
  const inputs = randomInputs(model(modelsOf(mlp), "Twice"), 3, 8);
  const paths = Object.keys(weights);
  const tensors = paths.map((path) => tf.tensor(weights[path]?.values ?? [], [...(weights[path]?.shape ?? [])]));
  const at = (path: string): tf.Tensor => tensors[paths.indexOf(path)] ?? tf.scalar(0);
  const dense = (value: tf.Tensor, name: string): tf.Tensor => sop.add(sop.matmul(value, at(`${name}.kernel`)), at(`${name}.bias`));
  const loss = (): tf.Scalar => tf.mean(tf.square(dense(sop.relu(dense(sop.relu(dense(inputs["x"] ?? tf.zeros([1, 2]), "dense")), "dense_2")), "dense_3")));
  const { grads } = tf.engine().gradients(loss, tensors);
  return Object.fromEntries(paths.map((path, i) => [path, { shape: weights[path]?.shape ?? [], values: Float32Array.from(grads[i]?.dataSync() ?? []) }]));
}

test("copies of one source stay equal without noise; antisymmetric noise is exact and tells them apart", () => {
  const models = modelsOf(mlp);
  const halves = (values: Values, path: string): readonly [readonly number[], readonly number[]] => {
    const all = rows(values, path);
    const half = (all[0]?.length ?? 0) / 2;
    return [all.flatMap((row) => row.slice(0, half)), all.flatMap((row) => row.slice(half))];
  };
  const still = measure(models, "Twice", ["One", "One"]);
  assert.equal(still.fusion.problems.map(({ id }) => id), ["stays-symmetric"]);
  const [a, b] = halves(slopes(still.weights), "dense.kernel");
  near(a, b, 1e-6, "gradients of both halves are equal");
  const dropped = measure(modelsOf(mlp.replace("relu |> dense(1)", "relu |> dropout(0.1) |> dense(1)")), "Twice", ["One", "One"]);
  assert.equal(dropped.fusion.problems, [], "dropout tells them apart");
  const shallow = modelsOf("model Net(a: int) {\n  input x: f32[2]\n  output y = x |> dense(a) |> relu |> dense(1)\n}\nmodel One = Net(2)\nmodel Twice = Net(4)\n");
  const nowhere = measure(shallow, "Twice", ["One", "One"], { ...zeros, newWeights: { kind: "normal", std: 0.5 } });
  assert.equal(nowhere.fusion.problems.map(({ id }) => id), ["stays-symmetric"], "there is nothing between the copies for noise");
  assert.equal(measure(shallow, "Twice", ["One", "One"], { ...zeros, newWeights: { kind: "antisymmetric", std: 0.5 } }).fusion.problems, []);
  const moved = measure(models, "Twice", ["One", "One"], { ...zeros, newWeights: { kind: "antisymmetric", std: 0.5 } });
  assert.equal(moved.fusion.problems, []);
  assert.ok((moved.gaps["y"] ?? 1) < 1e-5, "exact");
  const [c, d] = halves(slopes(moved.weights), "dense.kernel");
  assert.ok(distanceInNorm(c, d) > 0.01, "gradients of the halves differ");
});

test("a fused model that is fused again keeps the segments of its norms apart, and is the mean", () => {
  const models = modelsOf(`
model Net(a: int) {
  input x: f32[4]
  output y: f32[2] = x |> dense(a) |> layer_norm |> dense(2 * a) |> rms_norm |> dense(2)
}
model One = Net(2)
model Two = Net(3)
model Both = Net(5)
model Large = Net(7)
model Same = Net(5)
`);
  const first = measure(models, "Both", ["One", "Two"]);
  if (first.module === null) throw new Error("not fused");
  const weights: Readonly<Record<string, Values>> = { Both: first.weights, One: randomWeights(model(models, "One"), 9) };
  const again = fuse(model(models, "Large"), [{ name: "Both", module: first.module }, { name: "One", module: model(models, "One") }], zeros);
  assert.equal(again.claims.map(({ kind }) => kind), ["mean"]);
  if (again.module === null) throw new Error("not fused");
  const segments = again.module.graphs[0]?.ops.filter(({ kind }) => kind.endsWith("_norm")).map(({ attributes }) => attributes["segments"]);
  assert.equal(segments, [[0, 2, 1, 3, 2, 2], [0, 4, 1, 6, 2, 4]]);
  const inputs = randomInputs(model(models, "Large"), 4);
  const fused = outputsOf(again.module, fusedWeights(again.module, weights), inputs)["y"] ?? [];
  const [a, b] = [outputsOf(first.module, first.weights, inputs)["y"] ?? [], outputsOf(model(models, "One"), weights["One"] ?? {}, inputs)["y"] ?? []];
  assert.ok(distanceInNorm(fused, Float64Array.from(fused, (_, i) => ((a[i] ?? NaN) + (b[i] ?? NaN)) / 2)) < 1e-5);
  // One source of the same size is a copy, with its segments.
  const copy = fuse(model(models, "Same"), [{ name: "Both", module: first.module }], zeros);
  assert.equal(copy.claims.map(({ kind }) => kind), ["mean"]);
  if (copy.module === null) throw new Error("not copied");
  near(outputsOf(copy.module, fusedWeights(copy.module, weights), inputs)["y"] ?? [], a, 1e-6, "copy");
});

test("a fused model with a number behind its output is fused again", () => {
  const models = modelsOf(`
model Net(a: int) {
  input x: i32[4] below 5
  layer table = embedding(5, a)
  output y = x |> table |> tanh |> table.unembed
}
model One = Net(2)
model Two = Net(3)
model Both = Net(5)
model Large = Net(7)
`);
  const first = measure(models, "Both", ["One", "Two"]);
  if (first.module === null) throw new Error("not fused");
  assert.equal(first.fusion.claims, [{ output: "y", kind: "mean", inserted: 0.5 }]);
  const again = fuse(model(models, "Large"), [{ name: "Both", module: first.module }, { name: "One", module: model(models, "One") }], zeros);
  if (again.module === null) throw new Error(JSON.stringify(again.problems));
  // Behind the sources' outputs are 1/2 and 1: no number behind the sum makes their mean of it.
  assert.equal(again.claims, [{ output: "y", kind: "weighted-sum", factors: [2, 1] }]);
  const weights: Readonly<Record<string, Values>> = { Both: first.weights, One: randomWeights(model(models, "One"), 9) };
  const inputs = randomInputs(model(models, "Large"), 4);
  const fused = outputsOf(again.module, fusedWeights(again.module, weights), inputs)["y"] ?? [];
  const [a, b] = [outputsOf(first.module, first.weights, inputs)["y"] ?? [], outputsOf(model(models, "One"), weights["One"] ?? {}, inputs)["y"] ?? []];
  assert.ok(distanceInNorm(fused, Float64Array.from(fused, (_, i) => 2 * (a[i] ?? NaN) + (b[i] ?? NaN))) < 1e-5);
  const copy = fuse(model(models, "Both"), [{ name: "Both", module: first.module }], zeros);
  assert.equal(copy.claims, [{ output: "y", kind: "mean", inserted: 0.5 }]);
});

test("what cannot be fused says where and why", () => {
  const program = (body: string, sizes: string): string => `model Net(a: int, b: int, t: int) {\n  input ${body}\n}\nmodel One = Net(2, 3, 4)\nmodel Sum = Net(${sizes})\n`;
  const refusal = (body: string, sizes: string): readonly string[] => {
    const models = modelsOf(program(body, sizes));
    return fuse(model(models, "Sum"), [{ name: "One", module: model(models, "One") }, { name: "One", module: model(models, "One") }], zeros).problems.map(({ id, place }) => `${id} ${place.path}`);
  };
  assert.equal(refusal("x: f32[2]\n  output y = x |> dense(a) |> dense(1)", "3, 3, 4"), ["sizes-do-not-add-up dense.kernel"]);
  assert.equal(refusal("x: i32[t] below t\n  output y = x |> embedding(t, a) |> dense(1)", "4, 3, 8"), ["fixed-axis-differs embedding.table"]);
  assert.equal(refusal("x: f32[2, 4]\n  output y = x |> conv1d(a, kernel: b) |> dense(1)", "4, 6, 4"), ["fixed-axis-differs conv1d.kernel"]);
  assert.equal(refusal("x: f32[2]\n  output y = x |> dense(a)", "4, 6, 4"), ["fixed-axis-differs y"]);
  assert.equal(refusal("x: f32[2]\n  h = x |> dense(2 * a)\n  output y = ((h |> slice(0, 2)) * (h |> slice(2, 2))) |> dense(1)", "4, 6, 4"), ["layout-conflict slice_2"]);
  assert.equal(refusal("x: f32[4, 4, 2]\n  output y = x |> conv2d(2 * a, kernel: 1) |> conv2d(2 * a, kernel: 1, groups: if a == 2 then 1 else 4) |> flatten |> dense(1)", "4, 6, 4"), ["groups-differ conv2d_2"]);
  assert.equal(refusal("x: f32[2]\n  output y = x |> dense(a) |> leaky_relu(slope: 0.1 * a) |> dense(1)", "4, 6, 4"), ["graphs-differ leaky_relu"]);
  const models = modelsOf(mlp);
  const sources = ["One", "Two"].map((name) => ({ name, module: model(models, name) }));
  for (const weights of [[0.5], [0.5, 0.6], [1, 0], [NaN, 0.5]]) assert.equal(fuse(model(models, "Both"), sources, { ...zeros, weights }).problems.map(({ id }) => id), ["mixing-weights"]);
  assert.equal(fuse(model(models, "Both"), sources, { ...zeros, newWeights: { kind: "antisymmetric", std: 1 } }).problems.map(({ id }) => id), ["antisymmetric-needs-self-fusion"]);
});

test("a kernel set starts around the fused kernel", () => {
  const spec = sop.kernelSet(4, sop.kernel([2, 2], sop.fused({ from: [{ source: "a", weight: "w", factor: 1, share: 1 }], axes: [{ copies: 1, runs: [["shared", 2]] }, { copies: 1, runs: [[0, 2]] }], contracts: 0, rest: { kind: "zeros" }, plain: sop.normal(1) })), { mix: sop.dirichlet(1), per: "kernel", init: sop.centred(0.1), rate: "mixture", moments: "shared", anneal: 0 });
  const { w } = sop.initialWeights({ w: spec }, 1, () => ({ shape: [2, 2], values: [1, 2, 3, 4] }));
  const mean = tf.mean(w ?? tf.zeros([1]), 0);
  near(mean.dataSync(), [1, 2, 3, 4], 1e-6, "mean");
  assert.throws(() => sop.initialWeights({ w: spec }, 1), /need those models' weights/);
  assert.throws(() => sop.initialWeights({ w: spec }, 1, () => ({ shape: [2, 3], values: [1, 2, 3, 4, 5, 6] })), /w of a is \[2, 3\], expected \[2, 2\]/);
});

test("the pace of a run's end is that of its last fifth beside its fastest, whatever the scales of rate and loss", () => {
  const steps = (count: number, rate: (t: number) => number, norm: (t: number) => number) => Array.from({ length: count }, (_, step) => ({ rate: rate(step / count), gradientNorm: norm(step / count) }));
  assert.is(paceAtEnd(steps(10, () => 0.1, () => 3)), 1);
  // Fifths of two steps: rates 0 .1 | .2 .3 | .4 .5 | .6 .7 | .8 .9, and backwards.
  assert.is(paceAtEnd(steps(10, (t) => t, () => 1)), 1);
  near([paceAtEnd(steps(10, (t) => 1 - t, () => 1)) ?? NaN], [0.15 / 0.95], 1e-12, "pace");
  near([paceAtEnd([4, 1, 1].map((gradientNorm) => ({ rate: 0.5, gradientNorm }))) ?? NaN], [0.25], 1e-12, "pace");
  assert.is(paceAtEnd(steps(1, () => 1, () => 1)), 1);
  assert.is(paceAtEnd(steps(5, () => 1, () => 0)), null);
  assert.is(paceAtEnd([]), null);
  const decayed = steps(50, (t) => (1 + Math.cos(Math.PI * t)) / 2, (t) => 2 + Math.sin(40 * t));
  const pace = paceAtEnd(decayed) ?? NaN;
  assert.ok(pace < movingPace && pace > 0);
  near([paceAtEnd(decayed.map(({ rate, gradientNorm }) => ({ rate: 1e-4 * rate, gradientNorm: 1e3 * gradientNorm }))) ?? NaN], [pace], 1e-12, "pace");
});

test.run();
