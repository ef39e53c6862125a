// `accumulate`: a step over several batches is that of one big batch, whatever the optimizer and the annotation; each batch has its own
// noise; what is captured gives the bits of what is traced, and neither sessions nor tensors grow with the number of batches.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withoutCapture } from "../../runtime/backends/capture.js";
import { installOnnxBackend } from "../../runtime/backends/onnx/install.js";
import { selectBackend, type Run } from "../../runtime/index.js";
import { numbersOf } from "../../runtime/training/step-numbers.js";
import { named, runsOf } from "../support/compiled.js";
import { digitsModels } from "../support/digits-models.js";
import { apart, take } from "../support/taking.js";

const steps = 8;

// 200 rows: five steps of 36, and one of 20, whose last batch has 8.
const parted = "batch 12; accumulate 3";
const optimizers = {
  sgd: "optimizer sgd(lr: 0.1, momentum: 0.9, nesterov: true); clip norm 0.5; regularize l2 1e-3",
  adamw: "optimizer adamw(lr: warmup_cosine(peak: 1e-2, warmup: 20%), weight_decay: 0.1)",
  rk: "optimizer rk(lr: 0.2, order: 4, momentum: 0.5, precondition: true, adaptive: true); clip norm 0.5; regularize l2 1e-3",
  clipped: "optimizer adam(lr: 1e-2); clip value 0.01",
};
const models = { plain: "Plain", set: "Plain overparam(3, per: output)" };
const runsSource = Object.entries(models).flatMap(([model, call]) =>
  Object.entries(optimizers).flatMap(([name, clauses]) => [
    `train ${model}_${name}: ${call} on digits { use all; ${parted}; ${clauses} }`,
    `train ${model}_${name}_big: ${call} on digits { use all; batch 36; ${clauses} }`,
  ]),
);

const source = `${digitsModels}
model Plain {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> avg_pool(4) |> flatten |> dense(16) |> tanh |> dense(10)
}

recipe all {
  loss   cross_entropy(digit, label)
  steps  ${steps}
  seed   4
}

${runsSource.join("\n")}
train noisy: Cnn overparam 2 on digits { use all; batch 12; accumulate 3; optimizer adam(lr: 1e-3) }
train once: Cnn on digits { use all; batch 12; accumulate 1; optimizer adam(lr: 1e-3) }
train two: Cnn on digits { use all; loss a: cross_entropy(digit, label), b: 0.1 * cross_entropy(digit, label, smoothing: 0.1); batch 12; accumulate 3; optimizer sgd(lr: 0.1) }
train noisy_rk: Cnn overparam 2 on digits { use all; batch 12; accumulate 3; optimizer rk(lr: 0.1, order: 3, momentum: 0.5, precondition: true, adaptive: true); ema 0.9 }
train wild: Plain on digits { use all; batch 12; accumulate 3; optimizer sgd(lr: 1e38) }
`;

const runs = await runsOf(source);

for (const backend of ["cpu", "onnx"]) {
  for (const name of Object.keys(models).flatMap((model) => Object.keys(optimizers).map((optimizer) => `${model}_${optimizer}`))) {
    test(`${name} on ${backend}: batches taken together are one big batch`, async () => {
      await selectBackend(backend);
      const found = await take(named(runs, name), steps);
      const expected = await take(named(runs, `${name}_big`), steps);
      assert.is(found.obstacle, null);
      for (const [step, { loss, gradientNorm, rate }] of expected.taken.entries()) {
        const other = found.taken[step];
        assert.ok(Math.abs(loss - (other?.loss ?? NaN)) < 2e-6, `step ${step}: ${other?.loss} and ${loss}`);
        assert.ok(Math.abs(gradientNorm / (other?.gradientNorm ?? NaN) - 1) < 1e-4, `step ${step}: norms ${other?.gradientNorm} and ${gradientNorm}`);
        assert.is(other?.rate, rate);
      }
      const difference = apart(expected.folded, found.folded);
      // Adam divides tiny gradients by their own size: what rounding did to them shows.
      assert.ok(difference < (!name.includes("adam") && !name.endsWith("clipped") ? 1e-5 : 2e-4), `weights differ by ${difference}`);
    });
  }
}

for (const name of ["noisy", "two", "set_adamw", "noisy_rk"]) {
  test(`${name}: captured and traced, with dropout, batch norm and a ragged batch, give the same bits`, async () => {
    await selectBackend("onnx");
    const found = await take(named(runs, name), steps);
    const expected = await withoutCapture(() => take(named(runs, name), steps));
    assert.is(found.obstacle, null);
    assert.equal(found, expected);
    await selectBackend("cpu");
    const reference = await take(named(runs, name), steps);
    // A relu or a maximum that rounding tips over shows in the difference of two gradients, by which an adaptive rate goes.
    const most = name === "noisy_rk" ? 2e-4 : 1e-5;
    for (const [step, { loss }] of reference.taken.entries()) assert.ok(Math.abs(loss - (found.taken[step]?.loss ?? NaN)) < most, `step ${step}`);
  });
}

test("the terms of a loss are averaged over the rows of the step, and sum to the loss", async () => {
  await selectBackend("cpu");
  for (const { loss, terms } of (await take(named(runs, "two"), steps)).taken) {
    assert.equal(Object.keys(terms), ["a", "b"]);
    assert.ok(Math.abs((terms["a"] ?? NaN) + (terms["b"] ?? NaN) - loss) < 1e-6);
  }
});

test("one batch for a step is what no clause at all is", () => {
  assert.is(named(runs, "once").accumulate, undefined);
});

test("resumed, it goes on with the same bits", async () => {
  for (const backend of ["cpu", "onnx"]) {
    await selectBackend(backend);
    const run = named(runs, "noisy");
    const half = await take(run, 3);
    const { state, folded } = await take(run, steps, { step: 3, state: half.state });
    const whole = await take(run, steps);
    assert.equal(state, whole.state, backend);
    assert.equal(folded, whole.folded, backend);
  }
});

test("a step that goes wrong changes nothing but the count", async () => {
  for (const backend of ["cpu", "onnx"]) {
    await selectBackend(backend);
    const run = named(runs, "wild");
    const { taken } = await take(run, steps);
    const broken = taken.findIndex(({ loss, gradientNorm }) => !Number.isFinite(loss) || !Number.isFinite(gradientNorm));
    assert.ok(broken > 0, backend);
    assert.equal((await take(run, broken)).state, (await take(run, broken + 1)).state, backend);
  }
});

test("each batch of a step draws its own dropout, and the first the one that a single batch draws", async () => {
  await selectBackend("cpu");
  const masks = (run: Run, step: number, part: number): Float32Array => {
    return tf.tidy(() => Float32Array.from(run.forward(weightsOf(run), { image: tf.ones([12, 28, 28, 1]) }, { kind: "train", seed: run.seed, numbers: numbersOf(step, part), record: () => undefined })["digit"]?.dataSync() ?? []));
  };
  const run = named(runs, "once");
  const found = [masks(run, 0, 0), masks(run, 0, 1), masks(run, 0, 2), masks(run, 1, 0)];
  for (const [i, a] of found.entries()) for (const b of found.slice(i + 1)) assert.not.equal(a, b);
  assert.equal(found[0], masks(run, 0, 0));
});

const weightsOf = (run: Run): Record<string, tf.Tensor> => Object.fromEntries(Object.entries(run.weights).map(([path, { shape }]) => [path, tf.ones([...shape])]));

test("stored statistics move once for each step, towards the mean of the batches'", async () => {
  await selectBackend("cpu");
  const run = named(runs, "once");
  const [big, small] = [{ ...run, batch: 36 }, { ...run, accumulate: 3 }];
  const [one, three] = [(await take(big, 1)).state, (await take(small, 1)).state];
  const means = Object.keys(one).filter((name) => name.endsWith(".mean"));
  const [first = ""] = means;
  assert.is(means.length, 2);
  // The first layer sees the same pixels either way: the mean over 36 rows is the mean of the means over 12.
  for (const [i, mean] of (one[first] ?? []).entries()) assert.ok(Math.abs(mean - (three[first]?.[i] ?? NaN)) < 1e-6);
});

test("sessions do not grow with the number of batches", async () => {
  await selectBackend("onnx");
  const installed = installOnnxBackend({ roots: [import.meta.url] });
  if ("missing" in installed) throw new Error(installed.missing);
  const { backend } = installed;
  const built = async (accumulate: number): Promise<number> => {
    const before = backend.counts.built;
    const outcome = await take({ ...named(runs, "noisy"), batch: 2, accumulate }, 3);
    assert.is(outcome.obstacle, null);
    return backend.counts.built - before;
  };
  const few = await built(3);
  assert.is(await built(24), few);
  assert.ok(few <= 4, `${few} sessions`);
});

test.run();
