// `sop summary --json` against figures that are computed here by hand, for every layer and operator: sizes of the result, weights, operations.
// Operations are those of one example outside training. A multiply-add is two; exp, log and a square root are one; what only moves or looks up
// numbers is none; windows over a border count as whole; numbers per example rather than per element, such as a norm's root, are left out.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { categoryOf, layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import type { Summary } from "../../compiler/services/summary.js";
import { inFolder, sop } from "../support/sop.js";

/** One layer in a model of its own. */
interface ByHand {
  readonly layer: LayerKind;
  readonly input: string;
  readonly value: string;
  readonly shape: readonly number[];
  readonly weights?: number;
  /** Weights that ship and are not trained. */
  readonly statistics?: number;
  readonly flops?: number;
}

const hand = (layer: LayerKind, input: string, value: string, shape: readonly number[], rest: Pick<ByHand, "weights" | "statistics" | "flops"> = {}): ByHand => ({ layer, input, value, shape, ...rest });

const sequence = "x: f32[6, 4]";
const image = "x: f32[8, 9, 4]";
/** Of one function of the 24 numbers of a sequence. */
const each = (layer: LayerKind, operations: number, call: string = layer): ByHand => hand(layer, sequence, `x |> ${call}`, [6, 4], { flops: 24 * operations });

const byHand: readonly ByHand[] = [
  hand("dense", sequence, "x |> dense(5)", [6, 5], { weights: 4 * 5 + 5, flops: 6 * 5 * (2 * 4 + 1) }),
  hand("dense", "x: f32[7]", "x |> dense(5, bias: false)", [5], { weights: 7 * 5, flops: 5 * 2 * 7 }),
  hand("conv1d", sequence, "x |> conv1d(5, kernel: 3, stride: 2)", [3, 5], { weights: 3 * 4 * 5 + 5, flops: 3 * 5 * (2 * 3 * 4 + 1) }),
  hand("conv1d", sequence, "x |> conv1d(6, kernel: 3, dilation: 2, groups: 2, padding: valid, bias: false)", [2, 6], { weights: 3 * 2 * 6, flops: 2 * 6 * 2 * 3 * 2 }),
  hand("conv2d", image, "x |> conv2d(5, kernel: [3, 2], stride: [2, 1])", [4, 9, 5], { weights: 3 * 2 * 4 * 5 + 5, flops: 4 * 9 * 5 * (2 * 3 * 2 * 4 + 1) }),
  hand("conv2d", image, "x |> conv2d(6, kernel: 3, groups: 2, padding: valid, bias: false)", [6, 7, 6], { weights: 3 * 3 * 2 * 6, flops: 6 * 7 * 6 * 2 * 3 * 3 * 2 }),
  hand("depthwise_conv2d", image, "x |> depthwise_conv2d(3, multiplier: 2)", [8, 9, 8], { weights: 3 * 3 * 8 + 8, flops: 8 * 9 * 8 * (2 * 3 * 3 + 1) }),
  hand("conv2d_transpose", image, "x |> conv2d_transpose(5, kernel: 3, stride: 2, padding: valid)", [17, 19, 5], { weights: 3 * 3 * 4 * 5 + 5, flops: 8 * 9 * 4 * 2 * 3 * 3 * 5 + 17 * 19 * 5 }),
  hand("embedding", "x: i32[6] below 7", "x |> embedding(7, 5)", [6, 5], { weights: 7 * 5 }),
  hand("learned_positions", sequence, "x |> learned_positions(9)", [6, 4], { weights: 9 * 4, flops: 6 * 4 }),
  hand("learned", sequence, "x + learned([6, 4])", [6, 4], { weights: 6 * 4 }),
  hand("relative_bias", sequence, "x |> self_attention(2, bias: relative_bias(2, length: 6, buckets: 8))", [2, 6, 6], { weights: 8 * 2 }),
  // Four projections, scores, shares times values; of each score its scaling and five operations of a softmax.
  hand("self_attention", sequence, "x |> self_attention(2)", [6, 4], { weights: 4 * (4 * 4 + 4), flops: 4 * 6 * 4 * (2 * 4 + 1) + 2 * 6 * 6 * 2 * (2 + 2) + 2 * 6 * 6 * 6 }),
  hand("self_attention", sequence, "x |> self_attention(2, bias: relative_bias(2, length: 6, buckets: 8), causal: true)", [6, 4], { weights: 4 * (4 * 4 + 4), flops: 4 * 6 * 4 * (2 * 4 + 1) + 2 * 6 * 6 * 2 * (2 + 2) + 2 * 6 * 6 * (6 + 1) }),
  // One head of two for keys and values; six queries of four numbers and six keys of two are turned.
  hand("self_attention", sequence, "x |> self_attention(2, kv_heads: 1, rotary: true, projection_bias: false)", [6, 4], { weights: 2 * 4 * 4 + 2 * 4 * 2, flops: 2 * 6 * 4 * 2 * 4 + 2 * 6 * 2 * 2 * 4 + 3 * 6 * (4 + 2) + 2 * 6 * 6 * 2 * (2 + 2) + 2 * 6 * 6 * 6 }),
  hand("cross_attention", `${sequence}, m: f32[3, 5]`, "x |> cross_attention(m, 2)", [6, 4], { weights: 2 * (4 * 4 + 4) + 2 * (5 * 4 + 4), flops: 2 * 6 * 4 * (2 * 4 + 1) + 2 * 3 * 4 * (2 * 5 + 1) + 2 * 6 * 3 * 2 * (2 + 2) + 2 * 6 * 3 * 6 }),
  each("rotary", 3, "rotary(heads: 2)"),
  hand("batch_norm", image, "x |> batch_norm", [8, 9, 4], { weights: 2 * 4, statistics: 2 * 4, flops: 8 * 9 * 4 * 4 }),
  // Sum, difference, square, its sum, times the root, times the scale, plus the bias.
  hand("layer_norm", sequence, "x |> layer_norm", [6, 4], { weights: 2 * 4, flops: 24 * 7 }),
  hand("group_norm", sequence, "x |> group_norm(group_size: 2)", [6, 4], { weights: 2 * 4, flops: 24 * 7 }),
  hand("rms_norm", sequence, "x |> rms_norm", [6, 4], { weights: 4, flops: 24 * 4 }),
  each("l2_normalize", 3),
  each("dropout", 0, "dropout(0.5)"),
  each("noise", 0),
  // Four gates of two products and two sums; three sigmoids and two tanh of four operations; three products and a sum.
  hand("lstm", sequence, "x |> lstm(5)", [6, 5], { weights: 4 * 5 * (4 + 5 + 1), flops: 6 * 5 * (4 * (2 * 4 + 2 * 5 + 2) + 5 * 4 + 4) }),
  // Three gates; n has a bias of its own within a product; 1 - z, two products and a sum.
  hand("gru", sequence, "x |> gru(5, reverse: true)", [6, 5], { weights: 3 * 5 * (4 + 5 + 1) + 5, flops: 6 * 5 * (3 * (2 * 4 + 2 * 5 + 2) + 2 + 3 * 4 + 4) }),
  hand("max_pool", image, "x |> max_pool(3, stride: 2)", [3, 4, 4], { flops: 3 * 4 * 4 * 9 }),
  hand("avg_pool", image, "x |> avg_pool([2, 3], padding: same)", [4, 3, 4], { flops: 4 * 3 * 4 * 6 }),
  hand("global_avg_pool", image, "x |> global_avg_pool", [4], { flops: 8 * 9 * 4 }),
  hand("pad", sequence, "x |> pad([1], after: [2])", [9, 4]),
  hand("resize", image, "x |> resize(size: [4, 5])", [4, 5, 4]),
  // Two numbers mixed down, two across: two products and a sum each.
  hand("resize", image, "x |> resize(scale: 2, method: bilinear)", [16, 18, 4], { flops: 16 * 18 * 4 * 6 }),
  hand("flatten", image, "x |> flatten", [8 * 9 * 4]),
  hand("reshape", image, "x |> reshape([72, 4])", [72, 4]),
  hand("concat", `${sequence}, z: f32[2, 4]`, "concat(x, z, axis: 0)", [8, 4]),
  hand("one_hot", "x: i32[6] below 7", "x |> one_hot(7)", [6, 7]),
  hand("cast", "x: i32[6]", "cast(x, f32)", [6]),
  hand("mean", sequence, "x |> mean(axis: 0)", [4], { flops: 24 }),
  hand("transpose", sequence, "x |> transpose", [4, 6]),
  hand("slice", sequence, "x |> slice(1, 3, axis: 0)", [3, 4]),
  hand("first", sequence, "x |> first", [4]),
  hand("last", sequence, "x |> last", [4]),
  hand("matmul", `${sequence}, z: f32[4, 3]`, "matmul(x, z)", [6, 3], { flops: 6 * 3 * 2 * 4 }),
  each("relu", 1),
  each("leaky_relu", 2),
  each("elu", 3),
  each("gelu", 8),
  each("silu", 5),
  each("sigmoid", 4),
  each("tanh", 4),
  each("softplus", 4),
  each("softmax", 5),
  each("exp", 1),
  each("log", 1),
  each("sqrt", 1),
  hand("add", `${sequence}, z: f32[4]`, "x + z", [6, 4], { flops: 24 }),
  hand("sub", sequence, "1 - x", [6, 4], { flops: 24 }),
  hand("mul", `${sequence}, z: f32[6, 1]`, "z * x", [6, 4], { flops: 24 }),
  hand("div", sequence, "x / 3", [6, 4], { flops: 24 }),
  hand("pow", sequence, "x ** 2", [6, 4], { flops: 24 }),
  hand("neg", sequence, "-x", [6, 4], { flops: 24 }),
];

/** Several uses of layers with their totals, by hand. */
const together: readonly { readonly name: string; readonly annotation?: string; readonly body: string; readonly totals: Summary["totals"] }[] = [
  {
    name: "a table, used both ways",
    body: "input x: i32[6] below 7\n  layer table = embedding(7, 5)\n  output y = x |> table |> tanh |> table.unembed",
    totals: { weightsTrained: 7 * 5, weightsShipped: 7 * 5, flops: 30 * 4 + 6 * 7 * 2 * 5, activationBytes: 4 * (30 + 30 + 42) },
  },
  {
    name: "a layer, used twice with three kernels, and one that is frozen",
    body: "input x: f32[4]\n  layer twice = dense(4) overparam 3\n  output y = x |> twice |> relu |> twice |> dense(2) frozen",
    totals: { weightsTrained: 3 * 16 + 4, weightsShipped: 16 + 4 + 8 + 2, flops: 2 * 4 * 9 + 4 + 2 * 9, activationBytes: 4 * (4 + 4 + 4 + 2) },
  },
  {
    name: "a model in a model, used twice",
    body: "input x: f32[4]\n  layer inner = M0(4)\n  output y = (x |> inner) + (x |> inner)",
    totals: { weightsTrained: 4 * 4 + 4, weightsShipped: 4 * 4 + 4, flops: 2 * 4 * 9 + 4, activationBytes: 4 * 12 },
  },
  {
    name: "tables with kernels where that is asked for, statistics without",
    annotation: " overparam(2, embeddings: true)",
    body: "input x: i32[6] below 7\n  output y = x |> embedding(7, 5) |> learned_positions(6) overparam 2 |> batch_norm",
    totals: { weightsTrained: 2 * 35 + 30 + 10, weightsShipped: 35 + 30 + 20, flops: 30 + 4 * 30, activationBytes: 4 * 90 },
  },
  {
    name: "what no output depends on",
    body: "input x: f32[4]\n  layer once = dense(3)\n  _, y = both(x)\n  z = once(y)\n  output result = y |> once",
    totals: { weightsTrained: 4 * 4 + 4 + 4 * 3 + 3, weightsShipped: 4 * 4 + 4 + 4 * 3 + 3, flops: 4 * 9 + 3 * 9, activationBytes: 4 * 7 },
  },
];

const program = `block both(x: f32[n]) -> f32[n], f32[n] {
  return x |> dense(n, bias: false), x |> dense(n)
}
model M0(d: int) {
  input x: f32[d]
  output y = x |> dense(d)
}
${byHand.map(({ input, value }, index) => `model One${index} {\n  input ${input}\n  output y = ${value}\n}\n`).join("")}
${together.map(({ annotation = "", body }, index) => `model Several${index}${annotation} {\n  ${body}\n}\n`).join("")}`;

interface Model {
  readonly model: string;
  readonly rows: Summary["rows"];
  readonly totals: Summary["totals"];
}

let models: readonly Model[] = [];
const modelOf = (name: string): Model => {
  const found = models.find(({ model }) => model === name);
  if (found === undefined) throw new Error(`no model ${name}`);
  return found;
};

test.before(() =>
  inFolder({ "a.sop": program }, (folder) => {
    const { status, stdout, stderr } = sop(folder, ["summary", "a.sop", "--json"]);
    assert.is(status, 0, stderr);
    models = (JSON.parse(stdout) as { readonly models: readonly Model[] }).models;
  }),
);

test("every layer and operator is computed by hand", () => {
  // A number in the place of a tensor has no row; `unembed` has the name of its table.
  const kinds = (Object.keys(layers) as LayerKind[]).filter((kind) => ["layer", "operator"].includes(categoryOf(kind)) && !["constant", "unembed"].includes(kind));
  assert.equal(kinds.filter((kind) => !byHand.some(({ layer }) => layer === kind)), []);
});

for (const [index, { layer, value, shape, weights = 0, statistics = 0, flops = 0 }] of byHand.entries()) {
  test(value, () => {
    const row = modelOf(`One${index}`).rows.find((each) => each.layer === layer);
    const size = shape.reduce((product, n) => product * n, 1);
    assert.equal({ ...row, path: "" }, { path: "", layer, shape, weightsTrained: weights, weightsShipped: weights + statistics, flops, activationBytes: 4 * size, overparam: null });
  });
}

for (const [index, { name, totals }] of together.entries()) {
  test(`totals of ${name}`, () => assert.equal(modelOf(`Several${index}`).totals, totals));
}

test("totals are the sums of their rows", () => {
  for (const { rows, totals } of models) {
    for (const key of ["weightsTrained", "weightsShipped", "flops", "activationBytes"] as const) assert.is(totals[key], rows.reduce((sum, row) => sum + row[key], 0), key);
  }
});

test.run();
