// What optimizers begin with after `moments: fused`, against a fused model that took the same steps itself: at a rate of 0 no weight moves, and a
// loss that is linear in the outputs has the same gradient at the outputs of source and target. Then the moments of the target are known without
// any formula of how they are put together.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Module } from "../../compiler/ir/module.js";
import { optimizers as language } from "../../compiler/semantics/optimizers.js";
import { momentsIn } from "../../runtime/program/source-state.js";
import * as sop from "../../runtime/index.js";
import { toStored } from "../../runtime/checkpoint/tensors.js";
import { carriedMoments, type SourceMoments } from "../../runtime/training/carried.js";
import { distanceInNorm, forwardOf, fusedWeights, measure, model, modelsOf, randomInputs, specsOf, zeros, type Values } from "../support/fusion.js";
import { near, useCpu } from "../support/numeric.js";
import { randomNetwork } from "../support/random-networks.js";

await useCpu();

/** A training of a module that begins with these values. */
function trainingOf(module: Module, values: Values, optimizer: sop.Optimizer, settings: Partial<sop.TrainingSettings> = {}): sop.Training {
  const specs = Object.entries(specsOf(module)).map(([path, spec]) => [path, { ...spec, init: { ...spec.init, fill: () => Float32Array.from(values[path]?.values ?? []) } }] as const);
  return new sop.Training({ weights: Object.fromEntries(specs), optimizer, clip: null, l2: 0, seed: 1, totalSteps: 100, stepsPerEpoch: 100, ...settings });
}

/** A step on inputs and a loss that belong to its number: the outputs times random numbers, the same for all models. */
function takeStep(training: sop.Training, module: Module, index = training.step): void {
  const inputs = randomInputs(module, 50 + index);
  const forward = forwardOf(module);
  const { loss, terms, gradientNorm } = training.descend((weights, mode) => {
    const sums = Object.entries(forward(weights, inputs, mode)).map(([name, output]) => {
      const numbers = sop.stream(index, "cotangent", name);
      return tf.sum(tf.mul(output, tf.tensor(Float32Array.from({ length: output.size }, () => numbers.normal()), output.shape)));
    });
    return { loss: sums.reduce((sum, each) => tf.add(sum, each)) };
  });
  tf.dispose([loss, gradientNorm, ...Object.values(terms), ...Object.values(inputs)]);
}

/** What the optimizer of a module keeps after so many steps that move nothing, as a checkpoint of it says. */
async function trained(module: Module, values: Values, optimizer: sop.Optimizer, steps: number): Promise<(weight: string) => ReturnType<SourceMoments>> {
  const training = trainingOf(module, values, optimizer);
  for (let step = 0; step < steps; step++) takeStep(training, module);
  const tensors = await toStored(training.tensors());
  const position = { identity: "", step: training.step, stopping: null, best: null, stopped: false };
  const run = { name: module.name, weights: training.settings.weights, optimizer };
  training.dispose();
  return (weight) => momentsIn(run, { position, tensors }, weight);
}

const state = (training: sop.Training): Values => Object.fromEntries(Object.entries(training.tensors()).map(([name, tensor]) => [name, { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) }]));
const at = (values: Values, name: string): Float32Array => values[name]?.values ?? new Float32Array(0);

/** Entries that some source has: those that are not 0 where all its weights are 1. */
function heldEntries(module: Module, sources: Readonly<Record<string, Values>>): Values {
  const ones = Object.entries(sources).map(([name, values]) => [name, Object.fromEntries(Object.entries(values).map(([path, { shape, values: { length } }]) => [path, { shape, values: new Float32Array(length).fill(1) }]))] as const);
  return fusedWeights(module, Object.fromEntries(ones));
}

interface Compared {
  /** |carried - own| / |own| by name in the state, over entries that a source has; numbers that are nothing but rounding count by those of other weights. */
  readonly gaps: Readonly<Record<string, number>>;
  /** After a step that moves weights: the same of what it adds to them. */
  readonly moves: Readonly<Record<string, number>>;
  /** By name: the numbers of entries that no source has, the mean of the others, and that of the same entries in the target that took the steps itself. */
  readonly fresh: Readonly<Record<string, { readonly values: readonly number[]; readonly mean: number; readonly own: number }>>;
}

/** Fuses, and compares what the target begins with and what its first step does with a target that took all steps itself. */
async function compared(models: Readonly<Record<string, Module>>, target: string, names: readonly string[], optimizer: (lr: number) => sop.Optimizer, steps: number, weights: readonly number[] | null = null): Promise<Compared> {
  const { module, sources, weights: start } = measure(models, target, names, { ...zeros, weights, moments: "fused" }, 3);
  if (module === null) throw new Error("not fused");
  const kept = new Map<string, (weight: string) => ReturnType<SourceMoments>>();
  for (const name of new Set(names)) kept.set(name, await trained(model(models, name), sources[name] ?? {}, optimizer(0), steps));
  const sourceMoments: SourceMoments = (source, weight) => kept.get(source)?.(weight) ?? null;
  const held = heldEntries(module, sources);
  const only = (path: string, values: Float32Array, wanted: boolean): number[] => [...values].filter((_, i) => (at(held, path)[i % at(held, path).length] !== 0) === wanted);

  const began = trainingOf(module, start, optimizer(0.01), { sourceMoments });
  const own = trainingOf(module, start, optimizer(0));
  for (let step = 0; step < steps; step++) takeStep(own, module);
  const [carried, reached] = [state(began), state(own)];
  const norm = (numbers: readonly number[]): number => Math.hypot(...numbers);
  const largest = (slot: string): number => Math.max(...Object.entries(reached).flatMap(([name, { values }]) => (name.startsWith(slot) ? [norm([...values])] : [])));
  const gaps: Record<string, number> = {};
  const fresh: Record<string, Compared["fresh"][string]> = {};
  const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  for (const name of Object.keys(reached).filter((each) => each.startsWith("optimizer/"))) {
    const path = name.split("/").slice(2).join("/");
    const [others, expected] = [only(path, at(carried, name), true), only(path, at(reached, name), true)];
    gaps[name] = norm(others.map((value, i) => value - (expected[i] ?? NaN))) / Math.max(norm(expected), 1e-4 * largest(name.slice(0, name.length - path.length)));
    fresh[name] = { values: only(path, at(carried, name), false), mean: meanOf(others), own: meanOf(only(path, at(reached, name), false)) };
  }
  const on = trainingOf(module, start, optimizer(0.01));
  on.restore(own.tensors(), steps);
  takeStep(on, module, steps);
  takeStep(began, module, steps);
  const move = (training: sop.Training, path: string): number[] => only(path, state(training)[`weights/${path}`]?.values.map((value, i) => value - (at(start, path)[i] ?? NaN)) ?? new Float32Array(0), true);
  const moves = Object.fromEntries(Object.entries(began.settings.weights).flatMap(([path, { trainable }]) => (trainable ? [[path, distanceInNorm(move(began, path), move(on, path))]] : [])));
  [began, own, on].forEach((training) => training.dispose());
  return { gaps, moves, fresh };
}

function within(found: Readonly<Record<string, number>>, tolerance: number, what: string): void {
  assert.ok(Object.keys(found).length > 0, what);
  for (const [name, gap] of Object.entries(found)) assert.ok(gap < tolerance, `${what}: ${name} is off by ${gap}`);
}

const mlp = `
model Net(a: int) {
  input x: f32[3]
  output y: f32[2] = x |> dense(a) |> tanh |> dense(2 * a) |> layer_norm |> dense(2)
}
model One = Net(2)
model Two = Net(3)
model Both = Net(5)
model Wider = Net(6)
`;

const transformer = `
model Net(d: int, heads: int) {
  input tokens: i32[4] below 9
  layer table = embedding(9, d)
  x = ((tokens |> table) * sqrt(d)) |> learned_positions(4)
  x = x + (x |> layer_norm |> self_attention(heads, causal: true))
  x = x + (x |> rms_norm |> dense(2 * d) |> gelu |> dense(d))
  output next: f32[4, 9] = x |> layer_norm |> table.unembed
  output kind: f32[3] = x |> mean(axis: 0) |> dense(3)
}
model One = Net(2, 1)
model Two = Net(6, 3)
model Three = Net(4, 2)
model Both = Net(8, 4)
model All = Net(12, 6)
`;

const adam = (lr: number): sop.Optimizer => sop.adam({ lr, betas: [0.9, 0.99], epsilon: 1e-8 });
const optimizers: Readonly<Record<string, (lr: number) => sop.Optimizer>> = {
  momentum: (lr) => sop.sgd({ lr, momentum: 0.9, nesterov: false }),
  nesterov: (lr) => sop.sgd({ lr, momentum: 0.8, nesterov: true }),
  adam,
  adamw: (lr) => sop.adamw({ lr, betas: [0.8, 0.999], epsilon: 1e-8, weightDecay: 0.1 }),
  rmsprop: (lr) => sop.rmsprop({ lr, alpha: 0.9, epsilon: 1e-8, momentum: 0.5 }),
  adagrad: (lr) => sop.adagrad({ lr, epsilon: 1e-10 }),
  lion: (lr) => sop.lion({ lr, betas: [0.9, 0.99], weightDecay: 0 }),
  rk: (lr) => sop.rk({ lr, order: 2, batches: "same", momentum: 0.9, precondition: false, adaptive: false, power: 1 }),
};

for (const [name, optimizer] of Object.entries(optimizers)) {
  test(`${name}: a fused perceptron begins with the moments that it would have, and its next step is that of one that had them`, async () => {
    const { gaps, moves, fresh } = await compared(modelsOf(mlp), "Both", ["One", "Two"], optimizer, 4, [0.25, 0.75]);
    within(gaps, 2e-5, "moments");
    // A sign that turns at a rounding error turns a whole move.
    within(moves, name === "lion" ? 2e-2 : 2e-4, "moves");
    for (const [slot, { values, mean }] of Object.entries(fresh)) {
      assert.is(values.length, slot.endsWith("/dense_2.kernel") ? 24 : 0, slot);
      const begins = /^optimizer\/(second|sum)\//.test(slot) ? mean : 0;
      assert.ok(values.every((value) => Math.abs(value - begins) <= 1e-6 * Math.abs(begins)), `${slot}: ${values.join(", ")}, expected ${begins}`);
    }
  });
}

for (const [target, names, weights] of [["Both", ["One", "Two"], null], ["All", ["One", "Two", "Three"], [0.2, 0.3, 0.5]]] as const) {
  test(`adam: a fused transformer of ${names.length} with a tied table and unequal widths begins with the moments that it would have`, async () => {
    const { gaps, moves, fresh } = await compared(modelsOf(transformer), target, names, adam, 3, weights);
    within(gaps, 1e-4, "moments");
    // No softmax sees what is added to all keys: that gradient is rounding, which Adam makes as large as any.
    const { "self_attention.key.bias": _, ...others } = moves;
    within(others, 1e-3, "moves");
    // Squares of new entries are a guess, and a good one.
    const guessed = Object.entries(fresh).filter(([name, { values }]) => name.startsWith("optimizer/second/") && values.length > 0);
    assert.is(guessed.length, 6);
    for (const [name, { mean, own }] of guessed) assert.ok(mean / own > 1 / 4 && mean / own < 4, `${name}: ${mean}, really ${own}`);
  });
}

test("whatever the layers, where outputs are the mean the gradients of a fused model are those of its sources times share over factor", async () => {
  let count = 0;
  for (let seed = 0; count < 40; seed++) {
    const network = randomNetwork(seed);
    // Noise is another one in each model.
    if (/noise|dropout/.test(network)) continue;
    const models = modelsOf(`${network}model A = Net(2, 3)\nmodel B = Net(3, 1)\nmodel C = Net(1, 2)\nmodel AB = Net(5, 4)\nmodel ABC = Net(6, 6)\nmodel AA = Net(4, 6)\n`);
    const [target, names] = ([["AB", ["A", "B"]], ["ABC", ["A", "B", "C"]], ["AA", ["A", "A"]]] as const)[seed % 3] ?? (["AB", []] as const);
    const { fusion } = measure(models, target, names);
    if (fusion.claims.length === 0 || fusion.claims.some(({ kind }) => kind !== "mean")) continue;
    const { gaps } = await compared(models, target, names, optimizers["momentum"] ?? adam, 1);
    within(gaps, 2e-3, `network ${seed}, ${network}`);
    count++;
  }
});

test("sources of different counts are brought to the smallest, so that corrected moments stay what they were", () => {
  const kernel = sop.kernel([2, 3], sop.fused({ from: [{ source: "a", weight: "w", factor: 0.5, share: 0.5 }, { source: "b", weight: "w", factor: 2, share: 0.5 }], axes: [{ copies: 1, runs: [[0, 1], [1, 1]] }, { copies: 1, runs: [["shared", 1], [0, 1], [1, 1]] }], contracts: 0, rest: { kind: "zeros" }, moments: "fused", plain: sop.zeros() }));
  const weights = { w: kernel, other: sop.kernel([1], sop.zeros()) };
  const [b1, b2] = [0.9, 0.99];
  const kept: Readonly<Record<string, ReturnType<SourceMoments>>> = {
    a: { shape: [1, 2], count: 5, slots: { first: [1, 2], second: [4, 5] } },
    b: { shape: [1, 2], count: 9, slots: { first: [3, 4], second: [6, 7] } },
  };
  const optimizer = sop.adam({ lr: 1, betas: [b1, b2], epsilon: 1e-8 });
  const { state: carried, counts } = carriedMoments({ weights, optimizer }, (source) => kept[source] ?? null);
  assert.equal(counts, { w: 5 });
  // The first source's entries have the ratio 1, the second's 1/4; what neither has begins as 0 and as the mean of the squares.
  const [first, second] = [(1 - b1 ** 5) / (1 - b1 ** 9), (1 - b2 ** 5) / (1 - b2 ** 9)];
  const squares = [4, 5, (6 * second) / 16, (7 * second) / 16];
  const mean = squares.reduce((sum, each) => sum + each) / 4;
  near(carried["optimizer/first/w"] ?? [], [1, 2, 0, (3 * first) / 4, 0, (4 * first) / 4], 1e-6, "first");
  near(carried["optimizer/second/w"] ?? [], [4, 5, mean, (6 * second) / 16, mean, (7 * second) / 16], 1e-6, "second");
  assert.equal(carriedMoments({ weights, optimizer }, (source) => (source === "a" ? (kept["a"] ?? null) : null)), { state: {}, counts: {} }, "a source that did not train the weight");
});

test("a kernel set begins with shares of what a plain kernel has, and ends as a plain kernel's again", () => {
  const options = { mix: sop.dirichlet(1), per: "kernel", init: sop.centred(0), rate: "mixture", moments: "shared", anneal: 0 } as const;
  const plain = sop.kernel([2], sop.fused({ from: [{ source: "a", weight: "w", factor: 1, share: 1 }], axes: [{ copies: 1, runs: [[0, 2]] }], contracts: null, rest: { kind: "zeros" }, moments: "fused", plain: sop.zeros() }));
  const set = { w: sop.kernelSet(4, plain, options) };
  for (const optimizer of Object.values(optimizers).map((make) => make(0.1))) {
    const slots = Object.fromEntries(Object.keys(optimizer.slots({ shape: [2], copies: 1, moments: "shared" })).map((slot, i) => [slot, [1 + i, 2 + i]]));
    const { state: carried, counts } = carriedMoments({ weights: set, optimizer }, () => ({ shape: [2], count: 7, slots }));
    const shapes = optimizer.slots({ shape: [2], copies: 4, moments: "shared" });
    const tensors = new Map(Object.entries(carried).map(([name, values]) => [name, { dtype: "F32" as const, shape: shapes[name.split("/")[1] ?? ""]?.shape ?? [], values }]));
    const again = momentsIn({ name: "set", weights: set, optimizer }, { position: { identity: "", step: 3, stopping: null, best: null, stopped: false, counts }, tensors }, "w");
    assert.equal(again?.count, 10);
    for (const [slot, values] of Object.entries(slots)) assert.equal(Array.from(again?.slots[slot] ?? []), values, `${optimizer.name} ${slot}`);
  }
});

test("the compiler and the runtime agree on what optimizers keep", () => {
  const [lr, batches] = [0.1, "same"] as const;
  const made: Readonly<Record<string, (options: { readonly momentum: number; readonly precondition: boolean }) => sop.Optimizer>> = {
    sgd: ({ momentum }) => sop.sgd({ lr, momentum, nesterov: false }),
    adam: () => adam(lr),
    adamw: () => sop.adamw({ lr, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 }),
    adagrad: () => sop.adagrad({ lr, epsilon: 1e-10 }),
    rmsprop: ({ momentum }) => sop.rmsprop({ lr, alpha: 0.9, epsilon: 1e-8, momentum }),
    lion: () => sop.lion({ lr, betas: [0.9, 0.99], weightDecay: 0 }),
    rk: (options) => sop.rk({ ...options, lr, order: 2, batches, adaptive: false, power: 1 }),
  };
  assert.equal(Object.keys(made), Object.keys(language));
  for (const [name, make] of Object.entries(made)) {
    for (const options of [0, 0.9].flatMap((momentum) => [true, false].map((precondition) => ({ momentum, precondition })))) {
      const { first, second } = language[name]?.keeps(options) ?? { first: false, second: false };
      const slots = Object.values(make(options).slots({ shape: [3], copies: 1, moments: "copies" }));
      assert.is(slots.length, Number(first) + Number(second), `${name} ${JSON.stringify(options)}`);
      assert.is(slots.filter(({ degree }) => degree === 2).length, Number(second), name);
      if (name !== "rk" || !options.precondition) assert.ok(slots.every(({ degree }) => degree !== null), name);
    }
  }
});

test("of every optimizer the state follows the power of the gradient that it says", () => {
  const run = (optimizer: sop.Optimizer, factor: number): Values => {
    const training = new sop.Training({ weights: { w: sop.kernel([3], sop.ones()) }, optimizer, clip: null, l2: 0, seed: 1, totalSteps: 9, stepsPerEpoch: 9 });
    for (let step = 0; step < 4; step++) tf.dispose(Object.values(training.descend(({ w }) => ({ loss: tf.sum(tf.mul(w, tf.tensor([1, -2, 3].map((g) => g * factor * (step - 1.4))))) }))).filter((each) => each instanceof tf.Tensor));
    const found = state(training);
    training.dispose();
    return found;
  };
  for (const [name, make] of Object.entries({ ...optimizers, preconditioned: (lr: number) => sop.rk({ lr, order: 2, batches: "same", momentum: 0.9, precondition: true, adaptive: true, power: 1 }) })) {
    const optimizer = make(0);
    const [one, three] = [run(optimizer, 1), run(optimizer, 3)];
    for (const [slot, { degree }] of Object.entries(optimizer.slots({ shape: [3], copies: 1, moments: "shared" }))) {
      const [small, large] = [at(one, `optimizer/${slot}/w`), at(three, `optimizer/${slot}/w`)];
      const gap = (power: number): number => distanceInNorm(large, small.map((value) => 3 ** power * value));
      if (degree === null) assert.ok([0, 1, 2].every((power) => gap(power) > 1e-2), `${name} ${slot}`);
      else assert.ok(gap(degree) < 1e-5, `${name} ${slot} is off by ${gap(degree)}`);
    }
  }
});

test.run();
