// Runge-Kutta optimizers through compiled programs: order 1 is SGD bit by bit, steps are captured and give the bits of traced ones and of
// resumed runs, noise is the same in all stages of a batch, statistics are those of the first stage, and stages with batches of their
// own see the rows that they should.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { withoutCapture } from "../../runtime/backends/capture.js";
import { DataOrder } from "../../runtime/data/batches.js";
import { selectBackend } from "../../runtime/index.js";
import { divisionOf, rowsPerStep } from "../../runtime/program/run.js";
import { named, runsOf } from "../support/compiled.js";
import { digitsModels } from "../support/digits-models.js";
import { apart, take } from "../support/taking.js";

const steps = 10;
const source = `${digitsModels}
model Plain {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> avg_pool(4) |> flatten |> dense(8) |> tanh |> dense(10)
}

recipe all {
  loss   cross_entropy(digit, label)
  batch  32
  steps  ${steps}
  seed   2
}

train one: Cnn overparam(3, per: output) on digits { use all; optimizer rk(lr: cosine(0.1), order: 1, momentum: 0.9); clip norm 1.0; regularize l2 1e-3 }
train sgd_one: Cnn overparam(3, per: output) on digits { use all; optimizer sgd(lr: cosine(0.1), momentum: 0.9); clip norm 1.0; regularize l2 1e-3 }
train heun: Cnn on digits { use all; optimizer rk(lr: cosine(0.2), order: 2) }
train third: Mlp overparam(3, per: output) on digits { use all; optimizer rk(lr: 0.1, order: 3, momentum: 0.9); clip value 0.1 }
train fourth: Cnn overparam 2 on digits { use all; optimizer rk(lr: linear(0.2), order: 4, momentum: 0.5, precondition: true, adaptive: true); clip norm 1.0; ema 0.9 }
train tiny: Plain overparam 2 on digits { use all; batch 6; optimizer rk(lr: 0.1, order: 4, adaptive: true, power: 1.5) }
train euler: Plain on digits { use all; optimizer rk(lr: 0.1, order: 1, precondition: true) }
train split: Cnn overparam 2 on digits { use all; batch 12; optimizer rk(lr: 0.1, order: 2, batches: split, momentum: 0.9) }
train split_more: Mlp on digits { use all; batch 4; accumulate 2; optimizer rk(lr: 0.1, order: 4, batches: split, precondition: true) }
train half: Plain on digits { use all; batch 12; optimizer rk(lr: 0.3, order: 2, batches: split) }
train half_sgd: Plain on digits { use all; batch 12; optimizer sgd(lr: 0.3) }
train still: Cnn on digits { use all; optimizer rk(lr: 1e-30, order: 4, adaptive: true) }
train moving: Cnn on digits { use all; optimizer sgd(lr: 0.2) }
train wild: Cnn on digits { use all; optimizer rk(lr: 1e30, order: 2, momentum: 0.9, precondition: true, adaptive: true) }
`;
const runs = await runsOf(source);

test("order 1 is SGD, bit by bit", async () => {
  for (const backend of ["cpu", "onnx"]) {
    await selectBackend(backend);
    assert.equal(await take(named(runs, "one"), steps), await take(named(runs, "sgd_one"), steps), backend);
  }
});

for (const name of ["heun", "third", "fourth", "tiny", "euler", "split", "split_more"]) {
  test(`${name}: losses on onnx are those of cpu; captured, traced and resumed give the same bits`, async () => {
    const run = named(runs, name);
    await selectBackend("cpu");
    const reference = await take(run, steps);
    await selectBackend("onnx");
    const found = await take(run, steps);
    assert.is(found.obstacle, null, "it is replayed");
    for (const [step, { loss }] of reference.taken.entries()) assert.ok(Math.abs(loss - (found.taken[step]?.loss ?? NaN)) < 1e-5, `step ${step}: ${found.taken[step]?.loss}, ${loss} on cpu`);
    assert.ok(apart(reference.folded, found.folded) < 1e-3);
    assert.equal(await withoutCapture(() => take(run, steps)), found, "traced");
    const half = await take(run, 5);
    const { state, folded } = await take(run, steps, { step: 5, state: half.state });
    assert.equal([state, folded], [found.state, found.folded], "resumed");
    const losses = found.taken.map(({ loss }) => loss);
    assert.ok(Math.min(...losses.slice(-4)) < Math.max(...losses.slice(0, 4)), `it learns: ${losses.join(" ")}`);
  });
}

test("noise is the same in all stages on one batch: without a move between them their gradients are equal", async () => {
  for (const backend of ["cpu", "onnx"]) {
    await selectBackend(backend);
    const { state } = await take(named(runs, "still"), 2);
    assert.equal([...(state["optimizer/curvature"] ?? [])], [0], backend);
  }
});

test("statistics of batch norms are those of the first stage", async () => {
  await selectBackend("onnx");
  const [one, several] = [(await take(named(runs, "moving"), 1)).state, (await take(named(runs, "heun"), 1)).state];
  const names = Object.keys(one).filter((name) => /\.(mean|variance)$/.test(name));
  assert.is(names.length, 4);
  for (const name of names) assert.equal(several[name], one[name], name);
  assert.not.equal(several["weights/dense.kernel"], one["weights/dense.kernel"]);
});

test("with a batch for each stage a step is half a step on one and half a step on the next", async () => {
  await selectBackend("cpu");
  const sgd = named(runs, "half_sgd");
  const [start, first, second] = [await take(sgd, 0), await take(sgd, 1), await take(sgd, 2)];
  const found = await take(named(runs, "half"), 1);
  // W - h/2 g_A(W) - h/2 g_B(W - h g_A(W)), and SGD's weights are W, W - h g_A(W) and that minus h g_B there.
  for (const [name, w] of Object.entries(start.state)) {
    const expected = [...w].map((x, i) => x + ((first.state[name]?.[i] ?? NaN) - x) / 2 + ((second.state[name]?.[i] ?? NaN) - (first.state[name]?.[i] ?? NaN)) / 2);
    for (const [i, x] of expected.entries()) assert.ok(Math.abs(x - (found.state[name]?.[i] ?? NaN)) < 1e-6, `${name} ${i}`);
  }
});

test("rows of a step, and how stages divide them", () => {
  assert.is(rowsPerStep(named(runs, "heun")), 32);
  assert.is(rowsPerStep(named(runs, "split")), 24);
  assert.is(rowsPerStep(named(runs, "split_more")), 32);
  const rows = Int32Array.from({ length: 27 }, (_, i) => i);
  const of = (name: string, batch: number): DataOrder => new DataOrder(rows, batch, 1, divisionOf(named(runs, name)));
  const seen = (order: DataOrder, step: number): readonly (readonly number[])[] => order.partsAt(step).map((part) => [part.stage, part.index, part.rows.length, part.total]);
  const order = of("split_more", 3);
  assert.equal(seen(order, 0), [[0, 0, 3, 6], [0, 1, 3, 6], [1, 2, 3, 6], [1, 3, 3, 6], [2, 4, 3, 6], [2, 5, 3, 6], [3, 6, 3, 6], [3, 7, 3, 6]]);
  assert.equal(order.partsAt(0).flatMap((part) => [...part.rows]), [...order.at(0)]);
  // Three rows are left for four stages: one serves two of them.
  assert.equal(seen(order, 1), [[0, 0, 1, 1], [1, 1, 1, 1], [2, 2, 1, 1], [3, 3, 1, 1]]);
  assert.equal(new Set(order.partsAt(1).flatMap((part) => [...part.rows])), new Set(order.at(1)));
  // Stages on the same batches have the same noise.
  const same = new DataOrder(rows, 4, 1, { ...divisionOf(named(runs, "heun")), accumulate: 2 });
  assert.equal(seen(same, 0), [[0, 0, 4, 8], [0, 1, 4, 8], [1, 0, 4, 8], [1, 1, 4, 8]]);
  assert.equal(seen(same, 3), [[0, 0, 3, 3], [1, 0, 3, 3]]);
});

test("a step that goes wrong at its second stage changes nothing but the count", async () => {
  for (const backend of ["cpu", "onnx"]) {
    await selectBackend(backend);
    const run = named(runs, "wild");
    const { taken, state } = await take(run, 1);
    assert.ok(Number.isFinite(taken[0]?.loss));
    assert.not.ok(Number.isFinite(taken[0]?.gradientNorm));
    assert.equal(state, (await take(run, 0)).state, backend);
  }
});

test.run();
