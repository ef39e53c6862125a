// Claims of Deep Fusion, measured: what is said to equal the mean of the sources does, what is said not to does not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { check } from "../../compiler/compile.js";
import type { Fusion, FusionOptions } from "../../compiler/passes/deep-fusion/fuse.js";
import { printProvenance } from "../../compiler/passes/deep-fusion/report.js";
import { categoryOf, layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import * as sop from "../../runtime/index.js";
import { ab, bodied as net, exact, inexact, type Sizes } from "../support/fused-networks.js";
import { distanceInNorm, measure, model, modelsOf, outputsOf, randomInputs, zeros, type Measured } from "../support/fusion.js";
import { memoryHost } from "../support/host.js";
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
function fused(net: string, [left, right, third, two, three]: Sizes, options: FusionOptions = zeros): readonly Measured[] {
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

test("all layers and operators are in the networks that are measured", () => {
  const texts = [...Object.values(exact).map(([text, [sizes]]) => ({ text, sizes })), ...Object.values(inexact).map(([text]) => ({ text, sizes: ab[0] }))];
  const instances = texts.flatMap(({ text, sizes }) => check("model.sop", memoryHost({ "model.sop": `${text}\nmodel Left = Net(${sizes})\n` })).value.instances);
  const found = new Set(instances.flatMap(({ graph }) => graph.applications.map(({ layer }) => layer)));
  const kinds = (Object.keys(layers) as LayerKind[]).filter((kind) => ["layer", "operator"].includes(categoryOf(kind)));
  assert.equal(kinds.filter((kind) => !found.has(kind)), []);
});

for (const [name, [net, sizes]] of Object.entries(exact)) {
  test(`${name} is the mean`, () => fused(net, sizes).forEach(isMean));
}

for (const [name, [text, cause]] of Object.entries(inexact)) {
  test(`${name} is not the mean, and the cause is named`, () => fused(text, ab).forEach((measured) => isNot(measured, cause)));
}

test("noise and joint statistics leave the factors of weights: next to no noise is next to the mean, and copies have their statistics together", () => {
  for (const [name, [text, sizes]] of Object.entries(exact)) {
    const [left, right, , two] = sizes;
    const models = modelsOf(`${text}\nmodel Left = Net(${left})\nmodel Right = Net(${right})\nmodel Two = Net(${two})\n`);
    const noisy = measure(models, "Two", ["Left", "Right"], { ...zeros, newWeights: { kind: "normal", std: 1e-9 }, weights: [0.3, 0.7] });
    for (const gap of Object.values(noisy.gaps)) assert.ok(gap < 1e-5, `${name}: ${gap}\n${textOf(noisy.fusion)}`);
    if (!name.includes("tied")) continue;
    const joint = measure(modelsOf(`${text}\nmodel One = Net(4, 6)\nmodel Twice = Net(8, 12)\n`), "Twice", ["One", "One"], { ...zeros, norms: "joint" });
    for (const gap of Object.values(joint.gaps)) assert.ok(gap < 1e-5, `${name}, joint: ${gap}\n${textOf(joint.fusion)}`);
  }
});

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
