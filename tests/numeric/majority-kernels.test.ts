// What `overparam` claims: mixing rules, initial values, folds bit by bit, and that the mean of a kernel set follows plain training.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near, sameBits, useCpu } from "../support/numeric.js";

const options = (some: Partial<sop.KernelSetOptions>): sop.KernelSetOptions => ({
  mix: sop.dirichlet(1),
  per: "kernel",
  init: sop.centred(0.1),
  rate: "mixture",
  moments: "shared",
  anneal: 0,
  ...some,
});

/** A small classifier; `set` makes its kernels kernel sets. */
function specs(set: ((kernel: sop.WeightSpec) => sop.WeightSpec) | null) {
  const kernel = (shape: number[], init: sop.Initializer): sop.WeightSpec => (set ?? ((plain) => plain))(sop.kernel(shape, init));
  return {
    "a.kernel": kernel([6, 16], sop.heNormal(6, 16)),
    "a.bias": sop.bias([16], sop.zeros()),
    "b.kernel": kernel([16, 4], sop.glorotUniform(16, 4)),
    "b.bias": sop.bias([4], sop.zeros()),
  };
}

type Specs = ReturnType<typeof specs>;

/** One batch per step, the same for all that train. */
function lossAt(step: number): sop.LossTerms<Specs> {
  const numbers = sop.stream(1, "batch", step);
  const x = tf.tensor(numbers.fillNormal(new Float32Array(8 * 6), 1), [8, 6]);
  const y = tf.tensor(Int32Array.from({ length: 8 }, () => numbers.below(4)), [8], "int32");
  return (w) => {
    const hidden = sop.relu(sop.add(sop.matmul(x, w["a.kernel"]), w["a.bias"]));
    return { loss: sop.crossEntropy(sop.add(sop.matmul(hidden, w["b.kernel"]), w["b.bias"]), y, { smoothing: 0 }) };
  };
}

function train(weights: Specs, optimizer: sop.Optimizer, steps: number, extra: Partial<sop.TrainingSettings<Specs>> = {}): sop.Training<Specs> {
  const training = new sop.Training({ weights, optimizer, clip: null, l2: 0, seed: 9, totalSteps: steps, stepsPerEpoch: steps, ...extra });
  for (let step = 0; step < steps; step++) tf.tidy(() => void training.descend(lossAt(step)));
  return training;
}

function distance(a: Readonly<Record<string, tf.Tensor>>, b: Readonly<Record<string, tf.Tensor>>): number {
  let worst = 0;
  for (const [path, tensor] of Object.entries(a)) {
    const other = b[path];
    assert.ok(other, path);
    if (other) worst = Math.max(worst, tf.tidy(() => tf.max(tf.abs(tf.sub(tensor, other))).dataSync()[0] ?? NaN));
  }
  return worst;
}

test.before(useCpu);

test("E sum p^2 of each rule, by drawing", () => {
  const rules: Record<string, sop.MixingRule> = { "dirichlet(1)": sop.dirichlet(1), "dirichlet(0.5)": sop.dirichlet(0.5), "dirichlet(5)": sop.dirichlet(5), uniform: sop.uniformMixing(), mean: sop.meanMixing() };
  for (const [name, rule] of Object.entries(rules)) {
    for (const k of [1, 2, 3, 4, 8]) {
      const numbers = sop.stream(3, "test", name, k);
      const p = new Float64Array(k);
      const draws = 40_000;
      let squares = 0;
      const means = new Float64Array(k);
      for (let draw = 0; draw < draws; draw++) {
        rule.draw(p, 0, 1, k, numbers);
        for (const [i, x] of p.entries()) {
          assert.ok(x >= 0);
          squares += x * x;
          means[i] = (means[i] ?? 0) + x / draws;
        }
      }
      // Four standard errors: those of sum p^2 are below 0.25 in a draw.
      near([squares / draws], [rule.expectedSquare(k)], 0.005, `${name}, k = ${k}`);
      near(means, new Float64Array(k).fill(1 / k), 0.006, `${name}, k = ${k}: means`);
    }
  }
  // The figures of normalized uniforms, to three places.
  near([2, 3, 4, 8].map(sop.uniformMixing().expectedSquare), [0.614, 0.43, 0.328, 0.166], 6e-4, "uniform");
});

test("the fold is bit-equal to a step with `mix: mean`", () => {
  for (const per of ["kernel", "output", "model"] as const) {
    for (const k of [2, 3, 4, 7]) {
      const spec = sop.kernelSet(k, sop.kernel([5, 6], sop.heNormal(5, 6)), options({ mix: sop.meanMixing(), per, init: sop.independent() }));
      const training = new sop.Training({ weights: { w: spec }, optimizer: sop.sgd({ lr: 0.1, momentum: 0, nesterov: false }), clip: null, l2: 0, seed: 4, totalSteps: 10, stepsPerEpoch: 10 });
      const before = training.folded();
      let used: tf.Tensor | null = null;
      training.descend(({ w }) => {
        used = tf.keep(tf.mul(w, 1));
        return { loss: tf.sum(tf.square(w)) };
      });
      assert.ok(used !== null && before["w"] !== undefined);
      if (used !== null && before["w"] !== undefined) sameBits(used, before["w"], `${per}, k = ${k}`);
    }
  }
});

test("centred copies start at the plain model's kernel", () => {
  const plain = sop.initialWeights(specs(null), 5);
  for (const k of [1, 2, 4, 8]) {
    const training = new sop.Training({ weights: specs((kernel) => sop.kernelSet(k, kernel, options({}))), optimizer: sop.sgd({ lr: 0.1, momentum: 0, nesterov: false }), clip: null, l2: 0, seed: 5, totalSteps: 1, stepsPerEpoch: 1 });
    assert.ok(distance(plain, training.folded()) < 2e-7, `k = ${k}`);
  }
});

test("initial values have the variances they claim", () => {
  const v = 2 / 300;
  const variance = (x: tf.Tensor): number => tf.tidy(() => tf.mean(tf.square(x)).dataSync()[0] ?? NaN);
  for (const k of [2, 4]) {
    const rules: Record<string, readonly [sop.CopiesRule, number, number]> = {
      "centred(0.5)": [sop.centred(0.5), v, v * (1 + 0.25)],
      scaled: [sop.scaled(), v, k * v],
      independent: [sop.independent(), v / k, v],
    };
    for (const [name, [init, ofFold, ofCopy]] of Object.entries(rules)) {
      const spec = sop.kernelSet(k, sop.kernel([300, 200], sop.heNormal(300, 200)), options({ init }));
      const { w } = sop.initialWeights({ w: spec }, 1);
      assert.ok(w);
      if (!w) continue;
      near([variance(sop.mix(w, sop.foldMixing({ ...options({ init }), copies: k }, [300, 200]))) / ofFold], [1], 0.03, `${name} fold`);
      near([variance(w) / ofCopy], [1], 0.03, `${name} copies`);
    }
  }
});

const optimizers: Record<string, sop.Optimizer> = {
  sgd: sop.sgd({ lr: 0.1, momentum: 0, nesterov: false }),
  momentum: sop.sgd({ lr: 0.05, momentum: 0.9, nesterov: false }),
  nesterov: sop.sgd({ lr: 0.05, momentum: 0.9, nesterov: true }),
  adam: sop.adam({ lr: 0.01, betas: [0.9, 0.999], epsilon: 1e-8 }),
  adamw: sop.adamw({ lr: sop.warmupCosine({ peak: 0.01, warmup: sop.share(0.1) }), betas: [0.9, 0.99], epsilon: 1e-6, weightDecay: 0.1 }),
};

for (const [name, optimizer] of Object.entries(optimizers)) {
  for (const moments of ["shared", "copies"] as const) {
    for (const extra of [{}, { clip: { norm: 0.5 } }, { l2: 0.01 }]) {
      test(`mix: mean is plain training: ${name}, moments ${moments}, ${JSON.stringify(extra)}`, () => {
        const plain = train(specs(null), optimizer, 40, extra);
        const started = sop.initialWeights(specs(null), 9);
        assert.ok(distance(plain.folded(), started) > 0.05);
        for (const k of [2, 3, 4]) {
          const set = train(specs((kernel) => sop.kernelSet(k, kernel, options({ mix: sop.meanMixing(), moments }))), optimizer, 40, extra);
          assert.ok(distance(plain.folded(), set.folded()) < 2e-5, `k = ${k}: ${distance(plain.folded(), set.folded())}`);
        }
      });
    }
  }
}

test("with `rate: mean` the mean moves as a plain kernel does by the gradient at the mixture, whatever p", () => {
  // A linear loss has the same gradient everywhere, so the mean must follow plain training exactly.
  const direction = tf.tensor2d([[1, -2, 0.5], [0.25, 3, -1]]);
  const linear: sop.LossTerms<{ w: sop.WeightSpec }> = ({ w }) => ({ loss: tf.sum(tf.mul(w, direction)) });
  const plain = sop.kernel([2, 3], sop.heNormal(2, 3));
  for (const [name, optimizer] of Object.entries(optimizers)) {
    for (const per of ["kernel", "output", "model"] as const) {
      const run = (w: sop.WeightSpec): Record<string, tf.Tensor> => {
        const training = new sop.Training({ weights: { w }, optimizer, clip: null, l2: 0, seed: 2, totalSteps: 30, stepsPerEpoch: 30 });
        for (let step = 0; step < 30; step++) training.descend(linear);
        return training.folded();
      };
      assert.ok(distance(run(plain), run(sop.kernelSet(4, plain, options({ rate: "mean", per })))) < 1e-5, `${name} per ${per}`);
    }
  }
});

test("with `rate: mixture` the mixture moves as a plain kernel on average", () => {
  // One step of plain descent moves W_p by rate * c * sum p^2 * G: averaged over draws, by rate * G.
  const draws = 4000;
  for (const mix of [sop.dirichlet(1), sop.uniformMixing(), sop.dirichlet(3)]) {
    const set = { ...options({ mix }), copies: 4 };
    let total = 0;
    for (let step = 0; step < draws; step++) {
      const squares = sop.drawMixing(set, [1], "w", 1, step, draws).reduce((sum, x) => sum + x * x, 0);
      total += (sop.linearFactors.mixture(4, sop.expectedSquareAt(set, step, draws)) * squares) / draws;
    }
    near([total], [1], 0.02, "mean of c sum p^2");
  }
});

test("moments per copy move the mean as plain Adam on average", () => {
  // A constant gradient: m_i tends to G/k and v_i to E p^2 G^2.
  const lr = 1e-3;
  const steps = 3000;
  const spec = sop.kernelSet(4, sop.kernel([1, 64], sop.zeros()), options({ moments: "copies", per: "output" }));
  const training = new sop.Training({ weights: { w: spec }, optimizer: sop.adam({ lr, betas: [0.9, 0.999], epsilon: 1e-8 }), clip: null, l2: 0, seed: 2, totalSteps: steps, stepsPerEpoch: steps });
  for (let step = 0; step < steps; step++) tf.tidy(() => void training.descend(({ w }) => ({ loss: tf.sum(w) })));
  const moved = tf.tidy(() => tf.mean(training.folded()["w"] ?? tf.scalar(NaN)).dataSync()[0] ?? NaN);
  near([moved / (-lr * steps)], [1], 0.02, "movement of the mean");
});

test("annealing ends at the mean and is off by default", () => {
  const set = (anneal: number): sop.KernelSet => ({ ...options({ anneal }), copies: 4 });
  const drawn = (anneal: number, step: number): Float32Array => sop.drawMixing(set(anneal), [3, 3], "w", 1, step, 100);
  assert.equal(drawn(0.1, 99), new Float32Array(4).fill(1 / 4));
  assert.equal(sop.expectedSquareAt(set(0.1), 99, 100), 1 / 4);
  assert.equal(drawn(0.1, 89), drawn(0, 89));
  assert.not.equal(drawn(0.1, 94), drawn(0, 94));
  assert.not.equal(drawn(0, 99), new Float32Array(4).fill(1 / 4));
});

test("draws depend on path and step, `per: model` on the step alone, `per: output` on the channel", () => {
  const drawn = (per: sop.Granularity, path: string, step: number): number[] => [...sop.drawMixing({ ...options({ per }), copies: 3 }, [2, 5], path, 1, step, 10)];
  assert.equal(drawn("kernel", "a", 1), drawn("kernel", "a", 1));
  assert.not.equal(drawn("kernel", "a", 1), drawn("kernel", "b", 1));
  assert.not.equal(drawn("kernel", "a", 1), drawn("kernel", "a", 2));
  assert.equal(drawn("model", "a", 1), drawn("model", "b", 1));
  const output = drawn("output", "a", 1);
  assert.is(output.length, 15);
  for (let channel = 0; channel < 5; channel++) near([[0, 5, 10].reduce((sum, row) => sum + (output[row + channel] ?? NaN), 0)], [1], 1e-6, "sums to 1");
  assert.is.not(output[0], output[1]);
});

test("mixing: our kernel against the composed ops", () => {
  const numbers = sop.stream(8, "test");
  for (const shape of [[7], [3, 5], [3, 3, 20, 33], [1]]) {
    for (const width of [1, shape.at(-1) ?? 1]) {
      const k = 3;
      const size = shape.reduce((product, n) => product * n, 1);
      const copies = tf.tensor(numbers.fillNormal(new Float32Array(k * size), 1), [k, ...shape]);
      const p = tf.tensor(numbers.fillUniform(new Float32Array(k * width), 0, 1), width === 1 ? [k] : [k, width]);
      near(sop.mix(copies, p).dataSync(), sop.withOriginalKernels(() => sop.mix(copies, p)).dataSync(), 1e-6, `[${shape}] ${width}`);
    }
  }
});

test("steps with kernel sets: our kernels against the composed ops", () => {
  for (const optimizer of Object.values(optimizers)) {
    for (const moments of ["shared", "copies"] as const) {
      for (const per of ["kernel", "output"] as const) {
        const weights = specs((kernel) => sop.kernelSet(3, kernel, options({ moments, per })));
        const ours = train(weights, optimizer, 12).tensors();
        const theirs = sop.withOriginalKernels(() => train(weights, optimizer, 12).tensors());
        assert.equal(Object.keys(ours), Object.keys(theirs));
        assert.ok(distance(ours, theirs) < 1e-4, `${optimizer.name} ${moments} ${per}: ${distance(ours, theirs)}`);
      }
    }
  }
});

test.run();
