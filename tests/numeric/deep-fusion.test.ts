// Claims of Deep Fusion, measured: what is said to equal the mean of the sources does, what is said not to does not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Fusion, FusionOptions } from "../../compiler/passes/deep-fusion/fuse.js";
import { printProvenance } from "../../compiler/passes/deep-fusion/report.js";
import * as sop from "../../runtime/index.js";
import { distanceInNorm, measure, model, modelsOf, outputsOf, randomInputs, zeros, type Measured } from "../support/fusion.js";
import { useCpu } from "../support/numeric.js";

await useCpu();

/** Where everything comes from, or why there is nothing. */
function textOf({ provenance, problems }: Fusion): string {
  return provenance === null ? problems.map(({ id, place, parameters }) => `${id} at ${place.path}: ${JSON.stringify(parameters)}`).join("\n") : printProvenance(provenance);
}

function isMean({ fusion, gaps }: Measured): void {
  const text = textOf(fusion);
  assert.ok(fusion.claims.length > 0 && fusion.claims.every(({ kind }) => kind === "mean"), text);
  for (const [output, gap] of Object.entries(gaps)) assert.ok(gap < 1e-5, `${output} is ${gap} from the mean\n${text}`);
}

/** Is not the mean, and is said not to be, because of these. */
function isNot({ fusion, gaps }: Measured, ...causes: readonly string[]): void {
  const text = textOf(fusion);
  for (const claim of fusion.claims) assert.equal(claim.kind === "not" ? [...new Set(claim.causes.map(({ id }) => id))] : claim.kind, causes, text);
  for (const [output, gap] of Object.entries(gaps)) assert.ok(gap > 1e-3, `${output} is ${gap} from the mean\n${text}`);
}

/** Two and three sources of unequal widths; `sizes` are arguments of `Net` for four sources, of which the last are those of 1 + 2 and 1 + 2 + 3. */
function fused(net: string, [left, right, third, two, three]: readonly [string, string, string, string, string], options: FusionOptions = zeros): readonly Measured[] {
  const models = modelsOf(`${net}
model Left = Net(${left})
model Right = Net(${right})
model Third = Net(${third})
model Two = Net(${two})
model Three = Net(${three})
`);
  return [
    measure(models, "Two", ["Left", "Right"], options),
    measure(models, "Two", ["Left", "Right"], { ...options, weights: [0.3, 0.7] }),
    measure(models, "Three", ["Left", "Right", "Third"], options),
  ];
}

const exact: Readonly<Record<string, readonly [net: string, sizes: readonly [string, string, string, string, string]]>> = {
  "a multilayer perceptron": [
    `model Net(a: int, b: int) {
      input x: f32[5]
      output y: f32[3] = x |> dense(a) |> relu |> dense(b) |> gelu |> dense(3)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
  "two outputs, a concat and a slice": [
    `model Net(a: int, b: int) {
      input x: f32[5]
      h = concat(x |> dense(a) |> tanh, x |> dense(b) |> silu, x)
      g = h |> dense(2 * a)
      g = (g |> slice(0, a)) * (g |> slice(a, a) |> sigmoid)
      output y: f32[3] = g |> dense(3)
      output z: f32[2] = concat(g, h) |> dense(2)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
  "resnet8": [
    `import { Resnet8 } from "std/vision"
    model Net(w: int) {
      input image: f32[8, 8, 3]
      layer body = Resnet8(classes: 5, width: w)
      output y: f32[5] = image |> body
    }`,
    ["2", "3", "1", "5", "6"],
  ],
  "mobile blocks": [
    `import { mobile_block, separable_conv } from "std/vision"
    model Net(w: int) {
      input image: f32[6, 6, 3]
      output y: f32[5] = image |> conv2d(w, kernel: 3) |> mobile_block(w, expand: 2) |> separable_conv(2 * w, stride: 2) |> flatten |> dense(5)
    }`,
    ["2", "3", "1", "5", "6"],
  ],
  "a GPT": [
    `import { Gpt } from "std/transformer"
    model Net(d: int, heads: int) {
      input tokens: i32[5] below 7
      layer body = Gpt(vocab: 7, d: d, heads: heads, depth: 2)
      output next: f32[5, 7] = tokens |> body
    }`,
    ["8, 2", "4, 1", "12, 3", "12, 3", "24, 6"],
  ],
  "a T5": [
    `import { T5 } from "std/transformer"
    model Net(d: int, heads: int) {
      input source: i32[4] below 7, shifted: i32[5] below 7
      layer body = T5(vocab: 7, d: d, heads: heads, depth: 2)
      output next: f32[5, 7] = body(source, shifted)
    }`,
    ["8, 2", "4, 1", "12, 3", "12, 3", "24, 6"],
  ],
  "group norms of one size and grouped convolutions": [
    `model Net(a: int, b: int) {
      input x: f32[4, 4, 2]
      h = x |> conv2d(2 * a, kernel: 3) |> group_norm(group_size: 2) |> relu
      h = h |> conv2d(4 * a, kernel: 3, groups: a) |> batch_norm |> tanh |> conv2d(4 * b, kernel: 1)
      output y: f32[3] = h |> conv2d(2 * b, kernel: 1, groups: 2) |> relu |> conv2d_transpose(b, kernel: 2, stride: 2) |> global_avg_pool |> dense(3)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
  "a table that is scaled by the root of the width, and tied": [
    `model Net(a: int, b: int) {
      input x: i32[4] below 5
      layer table = embedding(5, 2 * a)
      h = ((x |> table) * sqrt(2 * a)) |> learned_positions(4)
      h = h + (h |> rms_norm |> self_attention(a))
      output y: f32[4, 5] = h |> rms_norm |> table.unembed
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
  "groups of heads, rotary and biases by distance": [
    `model Net(a: int, b: int) {
      input x: f32[4, 5]
      h = x |> dense(4 * a) |> self_attention(2 * a, kv_heads: a, rotary: true, bias: relative_bias(2 * a, length: 4))
      output y: f32[3] = h |> cross_attention(x |> dense(b) |> tanh, a) |> layer_norm |> mean(axis: 0) |> dense(3)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
  "two towers and their product": [
    `model Net(a: int, b: int) {
      input x: f32[4], z: f32[3]
      p = x |> dense(b) |> relu |> dense(a)
      q = z |> dense(a) |> tanh
      output y = matmul(p |> reshape([1, a]), q |> reshape([a, 1]))
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
  "weights that are used twice": [
    `model Net(a: int, b: int) {
      input x: f32[4, 5], z: f32[4, 5]
      layer first = dense(a)
      layer second = dense(a)
      h = concat(x |> first |> relu |> second, z |> first |> tanh |> second |> gelu |> second)
      output y: f32[3] = h |> flatten |> dense(3)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
  "an lstm and a gru": [
    `model Net(a: int, b: int) {
      input x: f32[4, 3]
      output y: f32[2] = x |> lstm(a) |> gru(b, reverse: true, initial: learned([b])) |> last |> dense(2)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
};

for (const [name, [net, sizes]] of Object.entries(exact)) {
  test(`${name} is the mean`, () => fused(net, sizes).forEach(isMean));
}

const ab = ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"] as const;
const net = (body: string, input = "x: f32[5]", output = "y: f32[3]"): string => `model Net(a: int, b: int) {
  input ${input}
  output ${output} = ${body}
}`;

const inexact: Readonly<Record<string, readonly [net: string, cause: string]>> = {
  "a bottleneck of fixed width": [net("x |> dense(a) |> relu |> dense(4) |> tanh |> dense(b) |> relu |> dense(3)"), "mean-meets-function"],
  "a linear bottleneck": [net("x |> dense(a) |> relu |> dense(4) |> dense(b) |> dense(3)"), "mean-meets-weight"],
  "a shared stem": [net("x |> dense(4) |> dense(a) |> relu |> dense(3)"), "mean-meets-weight"],
  "a hidden layer whose width stays": [net("x |> dense(4) |> relu |> dense(3)"), "mean-meets-function"],
  "squeeze and excite of fixed width": [net("h * (h |> dense(2) |> relu |> dense(a) |> sigmoid) |> dense(3)").replace("output", "h = x |> dense(a)\n  output"), "mean-meets-function"],
  "one scale for all features": [net("((x |> dense(a) |> tanh) * learned([1], init: normal(1))) |> dense(3)"), "shared-weight-on-features"],
  "batch norm of the input": [net("x |> batch_norm |> dense(a) |> relu |> dense(3)"), "batch-norm-shared"],
  "depthwise filters on the image": [net("x |> depthwise_conv2d(3) |> conv2d(a, kernel: 1) |> flatten |> dense(3)", "x: f32[4, 4, 2]"), "mean-meets-weight"],
  "softmax over features": [net("x |> dense(a) |> softmax |> dense(3)"), "function-of-all-features"],
  "vectors of length 1": [net("x |> dense(a) |> l2_normalize |> dense(3)"), "function-of-all-features"],
  "a count of groups": [net("x |> dense(2 * a) |> group_norm(groups: 2) |> dense(3)"), "group-norm-across-sources"],
  "a state that stays": [net("x |> dense(a) |> lstm(3) |> last |> dense(3)", "x: f32[4, 5]"), "recurrent-state-shared"],
  "rotary over all features": [net("x |> dense(2 * a) |> rotary |> last |> dense(3)", "x: f32[4, 5]"), "fused-positions"],
  "one head for keys and values": [net("x |> dense(2 * a) |> self_attention(a, kv_heads: 1) |> last |> dense(3)", "x: f32[4, 5]"), "mean-meets-function"],
  "a norm over features and the image": [net("concat(x |> dense(a), x) |> layer_norm |> dense(3)"), "norm-over-mixed-axis"],
};

for (const [name, [text, cause]] of Object.entries(inexact)) {
  test(`${name} is not the mean, and the cause is named`, () => fused(text, ab).forEach((measured) => isNot(measured, cause)));
}

test("statistics of norms over all features are not exact, but in self-fusion", () => {
  const text = net("x |> dense(a) |> rms_norm |> dense(b) |> layer_norm |> dense(3)");
  fused(text, ab).forEach(isMean);
  fused(text, ab, { ...zeros, norms: "joint" }).forEach((measured) => isNot(measured, "joint-norm"));
  const models = modelsOf(`${text}\nmodel One = Net(4, 6)\nmodel Twice = Net(8, 12)\n`);
  isMean(measure(models, "Twice", ["One", "One"], { ...zeros, norms: "joint" }));
});

test("in self-fusion a mean is each: bottlenecks, shared stems and scales, states that stay", () => {
  for (const [name, [text]] of Object.entries(inexact)) {
    const measured = measure(modelsOf(`${text}\nmodel One = Net(4, 6)\nmodel Twice = Net(8, 12)\n`), "Twice", ["One", "One"]);
    if (["a count of groups", "softmax over features", "vectors of length 1", "rotary over all features", "a norm over features and the image"].includes(name)) assert.is(measured.fusion.claims[0]?.kind, "not", name);
    else isMean(measured);
    assert.equal(measured.fusion.problems.map(({ id }) => id), name === "a hidden layer whose width stays" ? [] : ["stays-symmetric"], name);
  }
});

test("layers that no source has start as the identity, where they are added to what goes around them", () => {
  const blocks: Readonly<Record<string, string>> = {
    "pre-norm": `import { encoder_layer } from "std/transformer"
      model Net(a: int, n: int) {
        input x: f32[4, 5]
        y = x |> dense(4 * a)
        repeat n { y = y |> encoder_layer(a) }
        output y = y |> layer_norm |> dense(3)
      }`,
    "relu of a sum": `import { residual } from "std/vision"
      model Net(a: int, n: int) {
        input x: f32[4, 4, 2]
        y = x |> conv2d(a, kernel: 1) |> relu
        repeat n { y = y |> residual(a) }
        output y = y |> global_avg_pool |> dense(3)
      }`,
  };
  const sizes = `
model Left = Net(2, 2)
model Right = Net(3, 2)
model Deep = Net(5, 4)
`;
  for (const [name, text] of Object.entries(blocks)) {
    const measured = measure(modelsOf(text + sizes), "Deep", ["Left", "Right"]);
    isMean(measured);
    assert.ok((measured.fusion.provenance?.newLayers.length ?? 0) > 4, name);
  }
  const refused = measure(modelsOf(`model Net(a: int, n: int) {
    input x: f32[5]
    y = x |> dense(a)
    repeat n { y = (y + (y |> dense(a))) |> layer_norm }
    output y = y |> dense(3)
  }${sizes}`), "Deep", ["Left", "Right"]);
  assert.equal(refused.fusion.problems.map(({ id }) => id), ["layer-not-added"], "post-norm is not the identity");
});

test("a GPT and a T5 with heads that are nobody's", () => {
  for (const [name, body] of [["Gpt", "input x: i32[4] below 7\n  layer body = Gpt(vocab: 7, d: 4 * a, heads: a, depth: 2)\n  output y: f32[4, 7] = x |> body"], ["T5", "input x: i32[4] below 7, z: i32[5] below 7\n  layer body = T5(vocab: 7, d: 4 * a, heads: a, depth: 1)\n  output y: f32[5, 7] = body(x, z)"]]) {
    const models = modelsOf(`import { ${name} } from "std/transformer"\nmodel Net(a: int) {\n  ${body}\n}\nmodel Left = Net(1)\nmodel Right = Net(2)\nmodel Wider = Net(5)\n`);
    isMean(measure(models, "Wider", ["Left", "Right"]));
    isMean(measure(models, "Wider", ["Right"]));
  }
});

test("logits are the mean where probabilities are not", () => {
  const [measured] = fused(net("x |> dense(a) |> relu |> dense(3) |> softmax"), ab);
  assert.is(measured?.fusion.claims[0]?.kind, "function-of-mean");
  assert.ok((measured?.errors["y"] ?? 1) < 1e-5);
  assert.ok((measured?.gaps["y"] ?? 0) > 1e-3);
});

test("a sum that no weight can make a mean is multiplied at the output, or said to be a weighted sum", () => {
  const tied = `model Net(a: int, b: int) {
    input x: i32[4] below 5
    layer table = embedding(5, a)
    h = x |> table
    output y: f32[4, 5] = (h + (h |> dense(b) |> tanh |> dense(a))) |> tanh |> table.unembed
  }`;
  const [two, uneven, three] = fused(tied, ab);
  for (const [measured, inserted] of [[two, 1 / 2], [three, 1 / 3]] as const) {
    if (measured === undefined) throw new Error("not measured");
    isMean(measured);
    assert.ok(measured.fusion.claims.every((claim) => claim.kind === "mean" && Math.abs(claim.inserted - inserted) < 1e-9), textOf(measured.fusion));
  }
  assert.equal(uneven?.fusion.claims, [{ output: "y", kind: "weighted-sum", factors: [1, 1] }]);
  for (const measured of fused(net("x |> dense(a) |> tanh |> mean", "x: f32[5]", "y: f32"), ab)) assert.is(measured.fusion.claims[0]?.kind, "weighted-sum", textOf(measured.fusion));
  for (const measured of [...fused(tied, ab), ...fused(net("x |> dense(a) |> tanh |> mean", "x: f32[5]", "y: f32"), ab)]) assert.ok((measured.errors["y"] ?? 1) < 1e-5, textOf(measured.fusion));
  for (const measured of fused(net("(x |> dense(a) |> tanh |> mean) * learned([3], init: normal(1))"), ab)) isNot(measured, "mean-in-product");
});

test("batch norm is exact in training too", () => {
  const models = modelsOf(`import { Resnet8 } from "std/vision"
model Net(w: int) {
  input image: f32[8, 8, 3]
  layer body = Resnet8(classes: 5, width: w)
  output y: f32[5] = image |> body
}
model Left = Net(2)
model Right = Net(3)
model Two = Net(5)
`);
  const { module, weights, sources } = measure(models, "Two", ["Left", "Right"]);
  if (module === null) throw new Error("not fused");
  const inputs = randomInputs(module, 3);
  const training = sop.trainingMode(1, 1, () => undefined);
  const fusedOutput = outputsOf(module, weights, inputs, training)["y"] ?? [];
  const [left, right] = ["Left", "Right"].map((name) => outputsOf(model(models, name), sources[name] ?? {}, inputs, training)["y"] ?? []);
  assert.ok(distanceInNorm(fusedOutput, Float64Array.from(fusedOutput, (_, i) => ((left?.[i] ?? NaN) + (right?.[i] ?? NaN)) / 2)) < 1e-5);
});

test.run();
