// Captured steps against traced ones, bit by bit, and what cannot be captured. Relies on onnxruntime-node.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { captureOfBackend, CapturedStep, withoutCapture, type Recording } from "../../runtime/backends/capture.js";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { selectBackend, stream, Training, type Run } from "../../runtime/index.js";
import { evaluate, type Evaluation } from "../../runtime/training/evaluate.js";
import { Stepper, type StepTaken } from "../../runtime/training/stepper.js";
import { named, runsOf } from "../support/compiled.js";
import { digitsModels } from "../support/digits-models.js";

type Named = Record<string, tf.Tensor>;

const random = (shape: readonly number[], ...key: readonly (string | number)[]): Float32Array => stream(1, "capture", ...key).fillNormal(new Float32Array(shape.reduce((size, n) => size * n, 1)), 1);
const tensor = (shape: readonly number[], ...key: readonly (string | number)[]): tf.Tensor => tf.tensor(random(shape, ...key), [...shape]);

/** Descent with momentum on a linear model: `rate` is what a step would be wrong to bake in. */
function descent(state: Named, x: tf.Tensor, y: tf.Tensor, rate: tf.Tensor | number): { readonly next: Named; readonly loss: tf.Tensor } {
  tf.engine().startScope();
  try {
    const { w = x, m = x } = state;
    const loss = (): tf.Scalar => tf.mean(tf.squaredDifference(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), y));
    const { value, grads } = tf.engine().gradients(loss, [w], undefined, true);
    const moved = tf.add(tf.mul(m, 0.9), grads[0] ?? m);
    return { next: { w: tf.keep(tf.sub(w, tf.mul(moved, rate))), m: tf.keep(moved) }, loss: tf.keep(value) };
  } finally {
    tf.engine().endScope();
  }
}

const initial = (): Named => ({ w: tensor([8, 3], "w"), m: tf.zeros([8, 3]) });
const rateAt = (step: number): number => Math.fround(0.1 / (step + 1));

function captured(record: (round: number) => Recording, unroll = 1): CapturedStep {
  const capture = captureOfBackend();
  if (capture === null) throw new Error("no capture on this backend");
  const step = capture(record, unroll);
  if (!(step instanceof CapturedStep)) throw new Error(step.obstacle);
  return step;
}

const recording =
  (state: Named) =>
  (round: number): Recording => {
  const inputs = { x: tensor([6, 8], "x", round), y: tensor([6, 3], "y", round), rate: tf.scalar(rateAt(round)) };
  const { next, loss } = descent(state, inputs.x, inputs.y, inputs.rate);
  return { state, next, inputs, outputs: { loss } };
};

test.before(async () => {
  await selectBackend("onnx");
});

for (const unroll of [1, 4]) {
  test(`20 captured steps, ${unroll} to a run, are 20 traced ones`, () => {
    const before = tf.memory().numTensors;
    let traced = initial();
    const expected: number[] = [];
    for (let step = 0; step < 20; step++) {
      const [x, y] = [tensor([6, 8], "x", step), tensor([6, 3], "y", step)];
      const { next, loss } = descent(traced, x, y, rateAt(step));
      expected.push(loss.dataSync()[0] ?? NaN);
      tf.dispose([traced, x, y, loss]);
      traced = next;
    }
    const state = initial();
    const step = captured(recording(state), unroll);
    const found: number[] = [];
    for (let i = 0; i < 20; i += unroll) {
      const inputs = Array.from({ length: unroll }, (_, j) => ({ x: random([6, 8], "x", i + j), y: random([6, 3], "y", i + j), rate: Float32Array.of(rateAt(i + j)) }));
      found.push(...step.run(inputs).map(({ loss }) => loss?.[0] ?? NaN));
      step.commit();
      assert.is(step.audit(), null);
    }
    assert.equal(found, expected);
    for (const name of ["w", "m"]) assert.equal(state[name]?.dataSync(), traced[name]?.dataSync(), name);
    step.dispose();
    tf.dispose([state, traced]);
    assert.is(tf.memory().numTensors, before);
  });
}

test("a run that is not committed leaves the state, and what was read of it stays as it was", () => {
  const state = initial();
  const step = captured(recording(state));
  const start = state["w"]?.dataSync() ?? new Float32Array();
  const copy = Float32Array.from(start);
  const inputs = [{ x: random([6, 8], "x", 1), y: random([6, 3], "y", 1), rate: Float32Array.of(0.1) }];
  const [once] = step.run(inputs).map(({ loss }) => loss?.[0]);
  const [again] = step.run(inputs).map(({ loss }) => loss?.[0]);
  assert.is(again, once);
  assert.equal(state["w"]?.dataSync(), copy);
  for (let i = 0; i < 5; i++) {
    step.run(inputs);
    step.commit();
  }
  assert.not.equal(state["w"]?.dataSync(), copy);
  assert.equal(start, copy, "an array that was given out");
  step.dispose();
  tf.dispose(state);
});

test("parts of inputs are taken anew at each run", () => {
  const state = { total: tf.zeros([2]) };
  const step = captured((round) => {
    const x = tensor([6, 2], "part", round);
    const next = tf.tidy(() => tf.add(state.total, tf.sum(tf.slice(x, [2, 0], [3, 2]), 0)));
    return { state, next: { total: next }, inputs: { x }, outputs: {} };
  });
  const x = Float32Array.from({ length: 12 }, (_, i) => i);
  step.run([{ x }]);
  step.commit();
  assert.equal([...state.total.dataSync()], [4 + 6 + 8, 5 + 7 + 9]);
  step.dispose();
  tf.dispose(state);
});

const kept: tf.Tensor[] = [];
const obstacles: readonly (readonly [string, RegExp, (state: Named, round: number) => Recording])[] = [
  ["a number that changes", /a number that Multiply reads differs/, (state, round) => ({ state, ...after(state, round, rateAt(round)) })],
  [
    "numbers that are looked at",
    /looks at numbers/,
    (state, round) => {
      const x = tensor([6, 8], "x", round);
      return { state, inputs: { x }, next: {}, outputs: { y: tf.mul(x, x.dataSync()[0] ?? 0) } };
    },
  ],
  [
    "results that are looked at",
    /looks at numbers|needs a result/,
    (state, round) => {
      const x = tensor([6, 8], "x", round);
      const y = tf.tidy(() => tf.mul(x, tf.sum(x).dataSync()[0] ?? 0));
      return { state, inputs: { x }, next: {}, outputs: { y } };
    },
  ],
  [
    "a tensor that is left behind",
    /keeps a result of Square/,
    (state, round) => {
      const x = tensor([6, 8], "x", round);
      kept.push(tf.square(x));
      return { state, inputs: { x }, next: {}, outputs: { y: tf.neg(x) } };
    },
  ],
  [
    "other ops each time",
    /the same ops/,
    (state, round) => {
      const x = tensor([6, 8], "x", round);
      return { state, inputs: { x }, next: {}, outputs: { y: round === 0 ? tf.neg(x) : tf.exp(x) } };
    },
  ],
  [
    "a state of another size",
    /changes the size of its state w/,
    (state, round) => {
      const x = tensor([6, 8], "x", round);
      return { state, inputs: { x }, next: { w: tf.neg(x) }, outputs: {} };
    },
  ],
  ["a result that is none", /its output y is not computed/, (state) => ({ state, inputs: {}, next: {}, outputs: { y: tf.scalar(3) } })],
];

function after(state: Named, round: number, rate: number): Pick<Recording, "next" | "outputs" | "inputs"> {
  const inputs = { x: tensor([6, 8], "x", round), y: tensor([6, 3], "y", round) };
  const { next, loss } = descent(state, inputs.x, inputs.y, rate);
  return { inputs, next, outputs: { loss } };
}

for (const [name, expected, record] of obstacles) {
  test(`is not captured: ${name}`, () => {
    const state = initial();
    const capture = captureOfBackend();
    const found = capture?.((round) => record(state, round), 1);
    assert.ok(found !== undefined && "obstacle" in found, "an obstacle");
    assert.match(found.obstacle, expected);
    // Nothing that was recorded is left, and the backend goes on.
    tf.dispose([...kept.splice(0)]);
    assert.equal([...tf.tidy(() => tf.add(tf.tensor1d([1]), 1)).dataSync()], [2]);
    tf.dispose(state);
  });
}

const source = `${digitsModels}
model Small {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> avg_pool(7) |> flatten |> dense(8) |> batch_norm |> relu |> dropout(0.2) |> dense(10)
}

/// Dropout of the shares in attention, of rows of the picture to each other and of two queries to them; a part of a table.
model Attending {
  input  image: f32[28, 28, 1]
  x = image |> avg_pool(4) |> reshape([7, 7]) |> dense(8) |> learned_positions(9) |> self_attention(2, causal: true, dropout: 0.3)
  y = learned([2, 8], init: normal(1)) |> cross_attention(x, 2, dropout: 0.2)
  output digit: f32[10] = y |> flatten |> dense(10)
}

recipe all {
  loss   cross_entropy(digit, label)
  metrics accuracy(digit, label)
  batch  32
  steps  80
}

recipe few {
  use all
  batch 6
}

train mlp: Mlp on digits { use all; optimizer adam(lr: 1e-3) }
train clipped: Mlp on digits { use all; optimizer sgd(lr: 0.05, momentum: 0.9, nesterov: true); clip norm 0.5 }
train by_value: Mlp on digits { use all; optimizer sgd(lr: 0.05); clip value 0.01; regularize l2 1e-3 }
train set: Mlp overparam(3, per: output, anneal: 50%) on digits { use all; optimizer adamw(lr: warmup_cosine(1e-3, warmup: 20 steps), weight_decay: 0.1) }
train per_copy: Mlp overparam(3, mix: uniform, moments: copies) on digits { use all; optimizer adam(lr: step(1e-3, at: [0.3], factor: 0.1)) }
train cnn: Cnn on digits { use all; optimizer adam(lr: 1e-3) }
train cnn_set: Cnn overparam 4 on digits { use all; optimizer adam(lr: 1e-3) }
train attending: Attending overparam 2 on digits { use all; optimizer adam(lr: 1e-2) }
train small: Small on digits { use few; optimizer adam(lr: cosine(1e-2)) }
train small_set: Small overparam(2, mix: mean) on digits { use few; optimizer sgd(lr: linear(1e-2), momentum: 0.9) }
`;

/** Losses, norms and rates of all steps, the state's bits after them, and an evaluation. */
interface Outcome {
  readonly taken: readonly StepTaken[];
  readonly state: Readonly<Record<string, Float32Array>>;
  readonly evaluation: Evaluation;
  /** Most steps that one run took. */
  readonly most: number;
  readonly obstacle: string | null;
}

async function outcome(run: Run, steps: number): Promise<Outcome> {
  const data = await loadDataset(run.dataset, ".");
  const { weights, optimizer, clip, l2, seed, batch } = run;
  const rows = data.splits.train;
  const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 80, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
  const stepper = new Stepper(run, training, data.columns, new DataOrder(rows, batch, seed));
  const taken: StepTaken[] = [];
  let most = 0;
  while (training.step < steps) {
    const some = await stepper.take(steps - training.step);
    most = Math.max(most, some.length);
    taken.push(...some);
  }
  const state = Object.fromEntries(Object.entries(training.tensors()).map(([name, each]) => [name, Float32Array.from(each.dataSync())]));
  const model = training.folded();
  const evaluation = await evaluate(run, model, data, "test");
  tf.dispose(model);
  stepper.forget();
  training.dispose();
  return { taken, state, evaluation, most, obstacle: stepper.obstacle };
}

const runs = await runsOf(source);

for (const name of ["mlp", "clipped", "by_value", "set", "per_copy", "cnn", "cnn_set", "attending", "small", "small_set"]) {
  test(`${name}: 80 steps with a ragged batch, captured and traced, give the same bits`, async () => {
    const run = named(runs, name);
    const found = await outcome(run, 80);
    const expected = await withoutCapture(() => outcome(run, 80));
    assert.is(found.obstacle, null);
    assert.is(expected.most, 1);
    assert.is(found.most, name.startsWith("small") ? 8 : 1, "steps to a run");
    assert.equal(found.taken, expected.taken);
    assert.equal(found.state, expected.state);
    assert.equal(found.evaluation, expected.evaluation);
  });
}

test("a step that goes wrong changes nothing, also among several in one run", async () => {
  const run = named(await runsOf(source.replace("train small:", "train wild:").replace("cosine(1e-2)", "1e30").replace("adam(lr: 1e30)", "sgd(lr: 1e30)")), "wild");
  const found = await outcome(run, 24);
  const expected = await withoutCapture(() => outcome(run, 24));
  assert.ok(found.taken.some(({ loss }) => !Number.isFinite(loss)), "it goes wrong");
  assert.equal(found.taken.map(({ loss }) => loss), expected.taken.map(({ loss }) => loss));
  assert.equal(found.state, expected.state);
});

test.run();
