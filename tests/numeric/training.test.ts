// The training state: flat memory, same bits for the same seed and after a restore, clipping, decay, statistics, steps gone wrong.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near, sameBits, useCpu } from "../support/numeric.js";

const set = (kernel: sop.WeightSpec): sop.WeightSpec =>
  sop.kernelSet(3, kernel, { mix: sop.dirichlet(1), per: "kernel", init: sop.centred(0.1), rate: "mixture", moments: "shared", anneal: 0 });

const weights = {
  "conv.kernel": set(sop.kernel([3, 3, 1, 4], sop.heNormal(9, 36))),
  "norm.scale": sop.scaleWeight([4], sop.ones()),
  "norm.bias": sop.bias([4], sop.zeros()),
  "norm.mean": sop.statistic([4], sop.zeros()),
  "norm.variance": sop.statistic([4], sop.ones()),
  "dense.kernel": sop.kernel([36, 3], sop.glorotUniform(36, 3)),
  "dense.bias": sop.bias([3], sop.zeros()),
};
type Weights = typeof weights;

const settings: sop.TrainingSettings<Weights> = {
  weights,
  optimizer: sop.adamw({ lr: sop.cosine({ peak: 0.01 }), betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 }),
  clip: { norm: 1 },
  l2: 1e-4,
  seed: 3,
  totalSteps: 200,
  stepsPerEpoch: 20,
};

function forward(w: sop.Tensors<Weights>, image: tf.Tensor, mode: sop.Mode): tf.Tensor {
  const conv = sop.conv2d(image, w["conv.kernel"], { stride: [1, 1], padding: "same", dilation: [1, 1], groups: 1 });
  const norm = sop.batchNorm(conv, w["norm.scale"], w["norm.bias"], w["norm.mean"], w["norm.variance"], { epsilon: 1e-3, momentum: 0.9 }, mode, "norm");
  const pooled = sop.maxPool(sop.relu(norm), { size: [2, 2], stride: [2, 2], padding: "valid" });
  const dropped = sop.dropout(sop.reshape(pooled, [36]), { rate: 0.2 }, mode, "dropout");
  return sop.add(sop.matmul(dropped, w["dense.kernel"]), w["dense.bias"]);
}

function batch(step: number): { image: tf.Tensor; label: tf.Tensor } {
  const numbers = sop.stream(1, "batch", step);
  const image = tf.tensor(numbers.fillNormal(new Float32Array(8 * 36), 1), [8, 6, 6, 1]);
  return { image, label: tf.tensor(Int32Array.from({ length: 8 }, () => numbers.below(3)), [8], "int32") };
}

function descend(training: sop.Training<Weights>, rows = batch(training.step)): { loss: number; norm: number } {
  return tf.tidy(() => {
    const { loss, gradientNorm, terms } = training.descend((w, mode) => ({ cross_entropy: sop.crossEntropy(forward(w, rows.image, mode), rows.label, { smoothing: 0 }) }));
    const result = { loss: loss.dataSync()[0] ?? NaN, norm: gradientNorm.dataSync()[0] ?? NaN };
    near(terms["cross_entropy"]?.dataSync() ?? [], [result.loss], 0, "the only term");
    // `keep` outlives the tidy; the caller owns them.
    tf.dispose([loss, gradientNorm, ...Object.values(terms)]);
    tf.dispose([rows.image, rows.label]);
    return result;
  });
}

test.before(useCpu);

const stages = sop.rk({ lr: 0.01, order: 3, batches: "same", momentum: 0.9, precondition: true, adaptive: true, power: 1 });

for (const [kernels, name, more] of [["ours", "adamw", {}], ["TensorFlow.js's", "adamw", {}], ["ours", "rk with an average", { optimizer: stages, ema: 0.99 }]] as const) {
  test(`tensor count and bytes are flat over 200 steps of ${name}, ${kernels} kernels`, () => {
    const run = (): void => {
      const training = new sop.Training({ ...settings, ...more });
      const counts = new Set<string>();
      for (let step = 0; step < 200; step++) {
        descend(training);
        if (step > 0) counts.add(`${tf.memory().numTensors} ${tf.memory().numBytes}`);
      }
      assert.is(counts.size, 1, [...counts].join(", "));
      training.dispose();
    };
    const before = tf.memory().numTensors;
    if (kernels === "ours") run();
    else sop.withOriginalKernels(run);
    assert.is(tf.memory().numTensors, before);
  });
}

test("it learns", () => {
  const training = new sop.Training(settings);
  const rows = (): { image: tf.Tensor; label: tf.Tensor } => batch(0);
  const first = descend(training, rows()).loss;
  for (let step = 0; step < 80; step++) descend(training, rows());
  const last = descend(training, rows()).loss;
  assert.ok(last < first / 2, `${first} to ${last}`);
});

test("same seed, same bits; another seed, others", () => {
  const run = (seed: number): sop.Training<Weights> => {
    const training = new sop.Training({ ...settings, seed });
    for (let step = 0; step < 15; step++) descend(training);
    return training;
  };
  const [a, b, c] = [run(1).tensors(), run(1).tensors(), run(2).tensors()];
  for (const [name, tensor] of Object.entries(a)) sameBits(tensor, b[name] ?? tf.scalar(NaN), name);
  assert.not.equal([...(a["weights/conv.kernel"]?.dataSync() ?? [])], [...(c["weights/conv.kernel"]?.dataSync() ?? [])]);
});

test("restored at any step, it goes on with the same bits", () => {
  const through = new sop.Training(settings);
  for (let step = 0; step < 12; step++) descend(through);
  for (const stop of [0, 1, 7]) {
    const first = new sop.Training(settings);
    for (let step = 0; step < stop; step++) descend(first);
    const state = Object.fromEntries(Object.entries(first.tensors()).map(([name, t]) => [name, tf.tensor(Float32Array.from(t.dataSync()), t.shape)]));
    const second = new sop.Training({ ...settings });
    descend(second);
    second.restore(state, stop);
    assert.is(second.step, stop);
    for (let step = stop; step < 12; step++) descend(second);
    for (const [name, tensor] of Object.entries(through.tensors())) sameBits(tensor, second.tensors()[name] ?? tf.scalar(NaN), name);
  }
});

test("a state that lacks a tensor or has another shape is refused and changes nothing", () => {
  const training = new sop.Training(settings);
  const state = training.tensors();
  const before = Float32Array.from(state["weights/dense.kernel"]?.dataSync() ?? []);
  assert.throws(() => training.restore({ ...state, "weights/dense.bias": tf.zeros([4]) }, 1), /`weights\/dense.bias` has shape \[4\] in the state and \[3\]/);
  const { "optimizer/first/dense.bias": _, ...rest } = state;
  assert.throws(() => training.restore(rest, 1), /no `optimizer\/first\/dense.bias`/);
  assert.is(training.step, 0);
  near(training.tensors()["weights/dense.kernel"]?.dataSync() ?? [], before, 0, "unchanged");
});

test("clipping by norm and by value", () => {
  const spec = { w: sop.kernel([2], sop.zeros()) };
  const move = (clip: sop.Clip | null): { w: number[]; norm: number } => {
    const training = new sop.Training({ weights: spec, optimizer: sop.sgd({ lr: 1, momentum: 0, nesterov: false }), clip, l2: 0, seed: 0, totalSteps: 1, stepsPerEpoch: 1 });
    const { gradientNorm } = training.descend(({ w }) => ({ loss: tf.sum(tf.mul(w, tf.tensor1d([3, -4]))) }));
    return { w: [...(training.tensors()["weights/w"]?.dataSync() ?? [])], norm: gradientNorm.dataSync()[0] ?? NaN };
  };
  near(move(null).w, [-3, 4], 1e-6, "none");
  near(move({ norm: 1 }).w, [-0.6, 0.8], 1e-6, "norm");
  near(move({ norm: 10 }).w, [-3, 4], 1e-6, "a norm not reached");
  near(move({ value: 3.5 }).w, [-3, 3.5], 1e-6, "value");
  near([move({ norm: 1 }).norm], [5], 1e-6, "the norm reported is that before clipping");
});

test("decay reaches kernels and tables, with `all` everything that is trained, never statistics or frozen weights", () => {
  const two: sop.Initializer = { variance: 0, fill: (out) => out.fill(2) };
  const specs = { k: sop.kernel([1], two), e: sop.embeddingTable([1, 1], two), b: sop.bias([1], two), s: sop.scaleWeight([1], two), m: sop.statistic([1], two), f: sop.frozen(sop.kernel([1], two)), set: set(sop.kernel([1], two)) };
  const after = (optimizer: sop.Optimizer, l2 = 0): Record<string, number> => {
    const training = new sop.Training({ weights: specs, optimizer, clip: null, l2, seed: 0, totalSteps: 1, stepsPerEpoch: 1 });
    training.descend(() => ({ loss: tf.scalar(0) }));
    return Object.fromEntries(Object.entries(training.folded()).map(([path, tensor]) => [path, Math.round((tensor.dataSync()[0] ?? NaN) * 1e6) / 1e6]));
  };
  const adamw = { lr: 0.1, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.5 } as const;
  assert.equal(after(sop.adamw(adamw)), { k: 1.9, e: 1.9, b: 2, s: 2, m: 2, f: 2, set: 1.9 });
  assert.equal(after(sop.adamw({ ...adamw, decay: "all" })), { k: 1.9, e: 1.9, b: 1.9, s: 1.9, m: 2, f: 2, set: 1.9 });
  // Coupled: the gradient of l2 W. The mean of the set moves by c/k times that of a plain kernel, c = (k + 1) / 2 for dirichlet(1).
  const coupled = after(sop.sgd({ lr: 0.1, momentum: 0, nesterov: false }), 0.5);
  assert.equal({ ...coupled, set: 0 }, { k: 1.9, e: 1.9, b: 2, s: 2, m: 2, f: 2, set: 0 });
  near([coupled["set"] ?? NaN], [2 - 0.1 * (2 / 3)], 1e-5, "set");
});

test("a step that is not finite changes nothing, and the op is found", async () => {
  for (const kernels of [(run: () => void) => run(), sop.withOriginalKernels]) {
    const training = new sop.Training(settings);
    kernels(() => void descend(training));
    const before = Object.fromEntries(Object.entries(training.tensors()).map(([name, t]) => [name, Float32Array.from(t.dataSync())]));
    const { image, label } = batch(1);
    const broken = tf.mul(image, tf.scalar(1e38));
    const loss: sop.LossTerms<Weights> = (w, mode) => ({ loss: sop.crossEntropy(forward(w, sop.mul(broken, 10), mode), label, { smoothing: 0 }) });
    kernels(() => {
      const descent = training.descend(loss);
      assert.not.ok(Number.isFinite(descent.loss.dataSync()[0]));
    });
    assert.is(training.step, 2);
    for (const [name, values] of Object.entries(before)) assert.equal(Float32Array.from(training.tensors()[name]?.dataSync() ?? []), values, name);
    const tensors = tf.memory().numTensors;
    assert.equal(await training.diagnose(loss), { ordinal: 0, op: "mul" });
    assert.equal(await training.diagnose((w, mode) => ({ loss: tf.sum(sop.log(sop.neg(sop.softmax(forward(w, image, mode))))) })), { ordinal: 10, op: "log" });
    assert.is(await training.diagnose((w, mode) => ({ loss: sop.crossEntropy(forward(w, image, mode), label, { smoothing: 0 }) })), null);
    assert.is(tf.memory().numTensors, tensors);
  }
});

test("statistics move by their momentum and are estimated anew as plain averages", async () => {
  const training = new sop.Training(settings);
  const rows = batch(0);
  const conv = tf.tidy(() => {
    const p = tf.tensor(sop.drawMixing(required(weights["conv.kernel"].set), [3, 3, 1, 4], "conv.kernel", 3, 0, 200));
    return tf.keep(tf.conv2d(rows.image as tf.Tensor4D, sop.mix(training.tensors()["weights/conv.kernel"] ?? p, p) as tf.Tensor4D, 1, "same"));
  });
  const { mean, variance } = tf.moments(conv, [0, 1, 2]);
  descend(training, rows);
  near(training.tensors()["weights/norm.mean"]?.dataSync() ?? [], tf.mul(mean, 0.1).dataSync(), 1e-6, "mean");
  near(training.tensors()["weights/norm.variance"]?.dataSync() ?? [], tf.add(0.9, tf.mul(variance, 0.1)).dataSync(), 1e-6, "variance");

  const folded = training.folded() as Record<keyof Weights, tf.Tensor>;
  const count = tf.memory().numTensors;
  const calibration = new sop.Calibration();
  const sizes = [8, 8, 3];
  const expected = { mean: [0, 0, 0, 0], variance: [0, 0, 0, 0] };
  for (const [step, size] of sizes.entries()) {
    tf.tidy(() => {
      const image = tf.slice(batch(step).image, [0, 0, 0, 0], [size, 6, 6, 1]);
      forward(folded, image, calibration.mode);
      const own = tf.moments(tf.conv2d(image as tf.Tensor4D, folded["conv.kernel"] as tf.Tensor4D, 1, "same"), [0, 1, 2]);
      for (const kind of ["mean", "variance"] as const) own[kind].dataSync().forEach((x, i) => (expected[kind][i] = (expected[kind][i] ?? 0) + (x * size) / 19));
    });
    await calibration.collect();
  }
  const statistics = calibration.statistics();
  assert.equal(Object.keys(statistics), ["norm.mean", "norm.variance"]);
  for (const kind of ["mean", "variance"] as const) near(statistics[`norm.${kind}`]?.dataSync() ?? [], expected[kind], 1e-5, kind);
  tf.dispose(Object.values(statistics));
  assert.is(tf.memory().numTensors, count);
});

test("a prediction does not depend on its neighbors", () => {
  const training = new sop.Training(settings);
  descend(training);
  const w = training.folded() as Record<keyof Weights, tf.Tensor>;
  const { image } = batch(5);
  const together = forward(w, image, sop.evaluating);
  const alone = tf.concat(tf.split(image, 8).map((one) => forward(w, one, sop.evaluating)));
  near(together.dataSync(), alone.dataSync(), 1e-6, "logits");
});

test("dropout keeps its share, scales by it, and is the identity outside training", () => {
  const x = tf.ones([100, 100]);
  const mode = sop.trainingMode(1, 2, () => undefined);
  const y = sop.dropout(x, { rate: 0.25 }, mode, "a").dataSync();
  assert.ok(y.every((v) => v === 0 || Math.abs(v - 4 / 3) < 1e-6));
  near([y.filter((v) => v === 0).length / 1e4], [0.25], 0.02, "share");
  assert.equal(sop.dropout(x, { rate: 0.25 }, mode, "a").dataSync(), y);
  assert.not.equal(sop.dropout(x, { rate: 0.25 }, mode, "b").dataSync(), y);
  assert.not.equal(sop.dropout(x, { rate: 0.25 }, sop.trainingMode(1, 3, () => undefined), "a").dataSync(), y);
  assert.is(sop.dropout(x, { rate: 0.25 }, sop.evaluating, "a"), x);
});

function required<T>(value: T | null): T {
  if (value === null) throw new Error("missing");
  return value;
}

test.run();
