// What each layer does with a sequence of unequal length: for each kind a call that is checked, of which either results are shown not to depend on
// padding, neighbors and their gradients, or which is an error. The table of the compiler and what the runtime does are held together here.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { check } from "../../compiler/compile.js";
import { layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import { lengthName } from "../../runtime/data/field.js";
import { selectBackend } from "../../runtime/index.js";
import { named, runsOf } from "../support/compiled.js";
import { memoryHost } from "../support/host.js";
import { Stepping } from "../support/stepping.js";

/** Calls on `x: f32[..6, 4]` that depends on weights, `words: i32[..6] below 7`, `plain: f32[..6]`, and on nothing else of unequal length. */
const accepted: { readonly [K in LayerKind]?: readonly string[] } = {
  dense: ["x |> dense(3)"],
  embedding: ["words |> embedding(7, 3)"],
  unembed: ["words |> tok |> tok.unembed"],
  dropout: ["x |> dropout(0.5)"],
  noise: ["x + noise(x)"],
  layer_norm: ["x |> layer_norm"],
  rms_norm: ["x |> rms_norm"],
  l2_normalize: ["x |> l2_normalize"],
  rotary: ["x |> rotary(heads: 2)"],
  learned_positions: ["x |> learned_positions(8)"],
  one_hot: ["words |> one_hot(7)"],
  cast: ["cast(words, f32)"],
  lstm: ["x |> lstm(3)", "x |> lstm(3, reverse: true)", "x |> lstm(4, reverse: true, initial: last(x))"],
  gru: ["x |> gru(3)", "x |> gru(3, reverse: true)", "x |> gru(4, reverse: true, initial: mean(x, axis: 0))"],
  self_attention: ["x |> self_attention(2)", "x |> self_attention(2, causal: true, rotary: true)", "x |> self_attention(4, kv_heads: 2, bias: relative_bias(4, length: 6, buckets: 8))"],
  cross_attention: ["x |> cross_attention(x, heads: 2)", "learned([2, 4]) |> cross_attention(x, heads: 2)", "x |> cross_attention(learned([3, 5]), heads: 2)", "x |> cross_attention(vector |> reshape([2, 2]), heads: 2)"],
  mean: ["mean(x)", "mean(x, axis: 0)", "mean(x, axis: [-2, 1])", "mean(x, axis: -1)", "mean(x |> reshape([6, 2, 2]), axis: [0, 2])", "mean(plain)"],
  first: ["first(x)"],
  last: ["last(x)", "last(plain)", "cast(last(words), f32)"],
  concat: ["concat(x, words |> one_hot(7))", "concat(x, learned([6, 2]))"],
  slice: ["x |> slice(1, 2)"],
  transpose: ["x |> reshape([6, 2, 2]) |> transpose(axes: [0, 2, 1])", "plain |> transpose"],
  reshape: ["x |> reshape([6, 2, 2])", "plain |> reshape([6, 1])"],
  matmul: ["matmul(x, vector |> reshape([4, 1]))"],
  relu: ["relu(x)"],
  leaky_relu: ["leaky_relu(x)"],
  elu: ["elu(x)"],
  gelu: ["gelu(x)"],
  silu: ["silu(x)"],
  sigmoid: ["sigmoid(x)"],
  tanh: ["tanh(x)"],
  softplus: ["softplus(x)"],
  softmax: ["softmax(x)"],
  exp: ["exp(x)"],
  log: ["log(2 + plain)", "log(plain) + mean(x, axis: 1)"],
  sqrt: ["sqrt(x * x)"],
  add: ["x + 1", "x + (words |> one_hot(7) |> dense(4))", "x + learned([6, 4])", "x + vector"],
  sub: ["1 - x", "learned([1, 4]) - x"],
  mul: ["x * vector", "x * (plain |> reshape([6, 1]))"],
  div: ["x / 2", "1 / plain + mean(x, axis: 1)", "vector / (1 + x * x)"],
  pow: ["x ** 2", "plain ** -0.5 + mean(x, axis: 1)"],
  neg: ["-x"],
  learned: ["learned([6, 4]) * x"],
  relative_bias: ["x |> self_attention(2, bias: relative_bias(2, length: 6))"],
  constant: ["x * 3"],
};

/** Calls that are errors, and why. */
const rejected: { readonly [K in LayerKind]?: readonly string[] } = {
  dense: ["plain |> dense(3)"],
  layer_norm: ["plain |> layer_norm"],
  rms_norm: ["plain |> rms_norm"],
  l2_normalize: ["plain |> l2_normalize"],
  softmax: ["softmax(plain)"],
  concat: ["concat(x, x, axis: 0)", "concat(plain, plain)", "concat(x, vector |> reshape([1, 4]), axis: 0)"],
  slice: ["x |> slice(0, 2, axis: 0)", "plain |> slice(0, 2)"],
  transpose: ["x |> transpose"],
  reshape: ["x |> reshape([24])", "x |> reshape([3, 8])"],
  flatten: ["x |> flatten", "plain |> flatten"],
  matmul: ["matmul(vector |> reshape([1, 4]) |> dense(6), x)", "matmul(x |> reshape([6, 2, 2]), x |> reshape([6, 2, 2]))", "matmul(x |> reshape([6, 2, 2]), learned([6, 2, 2]))"],
  batch_norm: ["x |> batch_norm"],
  group_norm: ["x |> group_norm(groups: 2)"],
  conv1d: ["x |> conv1d(3, kernel: 3)"],
  conv2d: ["x |> reshape([6, 2, 2]) |> conv2d(3, kernel: 1)"],
  depthwise_conv2d: ["x |> reshape([6, 2, 2]) |> depthwise_conv2d(kernel: 1)"],
  conv2d_transpose: ["x |> reshape([6, 2, 2]) |> conv2d_transpose(3, kernel: 1)"],
  max_pool: ["x |> reshape([6, 2, 2]) |> max_pool(2)"],
  avg_pool: ["x |> reshape([6, 2, 2]) |> avg_pool(2)"],
  global_avg_pool: ["x |> reshape([6, 2, 2]) |> global_avg_pool"],
  pad: ["x |> reshape([6, 2, 2]) |> pad([1, 0, 0])"],
  resize: ["x |> reshape([6, 2, 2]) |> resize(scale: 2)"],
  add: ["plain + learned([6, 6])", "x + learned([2, 6, 4])"],
};

/** Compared in `loss` and `metrics`: what a mean over real positions is taken of. */
const comparisons: { readonly [K in LayerKind]?: readonly string[] } = {
  cross_entropy: ["cross_entropy(logits, row.tags)"],
  binary_cross_entropy: ["binary_cross_entropy(number, row.plain)", "binary_cross_entropy(pair, row.signal)"],
  mse: ["mse(number, row.plain)", "mse(pair, row.signal)"],
  mae: ["mae(pair, row.signal)"],
  huber: ["huber(number, row.plain)"],
  kl: ["kl(pair, softmax(row.signal))"],
  kl_normal: ["kl_normal(pair, 0.5 * row.signal)"],
  accuracy: ["accuracy(logits, row.tags)"],
  top_k: ["top_k(logits, row.tags, k: 2)"],
  f1: ["f1(logits, row.tags)"],
  perplexity: ["perplexity(logits, row.tags)"],
};
const incomparable: { readonly [K in LayerKind]?: readonly string[] } = {
  kl: ["kl(number, row.plain)"],
  kl_normal: ["kl_normal(number, row.plain)"],
  cross_entropy: ["cross_entropy(number, row.kind)"],
  contrastive: ["contrastive(number, row.plain)"],
  recall: ["recall(number, row.plain, k: 1)"],
  r2: ["r2(number, row.plain)"],
};

const isMetric = (kind: string): boolean => ["accuracy", "top_k", "f1", "perplexity", "recall", "r2"].includes(kind);

function program(outputs: readonly string[], losses: readonly string[], metrics: readonly string[] = []): string {
  return `data rows = jsonl("rows.jsonl") {
  fields signal: f32[..6, 2], words: i32[..6] below 7, plain: f32[..6], tags: i32[..6] below 3, kind: class[6]
  split  train 100%
}
model Net {
  input  signal: f32[..6, 2], words: i32[..6] below 7, plain: f32[..6]
  layer  tok = embedding(7, 3)
  x = concat(words |> embedding(7, 2), signal |> dense(2))
  vector = mean(x, axis: 0) |> dense(4)
  output logits = x |> dense(3)
  output number = mean(x, axis: -1)
  output pair = x |> dense(2)
${outputs.map((output, index) => `  output o${index} = ${output}`).join("\n")}
}
train net: Net on rows {
  loss      ${[...outputs.map((_, index) => `l${index}: mse(o${index}, 0.5 * o${index})`), ...losses.map((loss, index) => `c${index}: ${loss}`)].join(", ")}
  ${metrics.length === 0 ? "" : `metrics   ${metrics.map((metric, index) => `m${index}: ${metric}`).join(", ")}`}
  optimizer sgd(lr: 0.1)
  batch     4
  steps     4
}
`;
}

const errorsOf = (source: string): readonly string[] => check("main.sop", memoryHost({ "main.sop": source })).diagnostics.filter(({ severity }) => severity === "error").map(({ id, message }) => `${id}: ${message}`);

const all = (table: { readonly [K in LayerKind]?: readonly string[] }): readonly string[] => Object.values(table).flat();

test("each kind of layer has a call with a sequence of unequal length, that is checked or an error", () => {
  const told = new Set([accepted, rejected, comparisons, incomparable].flatMap(Object.keys));
  assert.equal(Object.keys(layers).filter((kind) => !told.has(kind)), []);
});

test("what would mix padding with positions is an error, of each layer by itself", () => {
  for (const call of all(rejected)) {
    const errors = errorsOf(program([call], ["mse(number, row.plain)"]));
    assert.is(errors.length, 1, `${call}: ${errors.join("; ")}`);
    assert.match(errors[0] ?? "", /^ragged-not-here: .* has another number of positions in each example\.$/, `${call}: ${errors[0] ?? ""}`);
  }
  for (const [kind, calls] of Object.entries(incomparable)) {
    for (const call of calls) {
      const errors = errorsOf(isMetric(kind) ? program([], ["mse(number, row.plain)"], [call]) : program([], [call]));
      assert.is(errors.length, 1, `${call}: ${errors.join("; ")}`);
      assert.match(errors[0] ?? "", /^(ragged-not-here|shape-mismatch): /, call);
    }
  }
});

for (const backend of ["cpu", "onnx"] as const) {
  test(`what is accepted learns the same and says the same whatever the padding, ${backend}`, async () => {
    const calls = all(accepted);
    const metrics = Object.entries(comparisons).flatMap(([kind, of]) => (isMetric(kind) ? of : []));
    const source = program(calls, Object.entries(comparisons).flatMap(([kind, of]) => (isMetric(kind) ? [] : of)), metrics);
    assert.equal(errorsOf(source), []);
    const run = named(await runsOf(source), "net");
    const folder = mkdtempSync(join(tmpdir(), "sop-rules-"));
    try {
      const rows = Array.from({ length: 4 }, (_, row) => {
        const positions = Array.from({ length: [2, 6, 1, 4][row] ?? 1 }, (_unused, at) => at);
        const share = (at: number): number => ((row * 7 + at * 5) % 11) / 16 + 0.125;
        return { signal: positions.map((at) => [share(at), share(at + 1)]), words: positions.map((at) => (row + at * 2) % 7), plain: positions.map(share), tags: positions.map((at) => (row + at) % 3), kind: row % 6 };
      });
      writeFileSync(join(folder, "rows.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
      await selectBackend(backend);
      const plain = await Stepping.over(run, folder);
      const { data } = plain;
      const columns = Object.fromEntries(
        Object.entries(data.columns).map(([name, column]) => {
          const lengths = data.columns[lengthName(name)]?.values;
          if (lengths === undefined) return [name, column];
          const values = column.values.slice();
          for (const [row, length] of lengths.entries())
            for (let at = (length * column.size) / 6; at < column.size; at++) values[row * column.size + at] = column.field.below === null ? 0.75 + at / 8 : 1 + (at % (column.field.below - 1));
          return [name, { ...column, values }];
        }),
      );
      const other = new Stepping(run, { ...data, columns });
      for (let step = 0; step < 3; step++) {
        const [a, b] = [plain.take(), other.take()];
        assert.ok(Number.isFinite(a), `step ${step}: ${a}`);
        assert.is(b, a, `the loss of step ${step}`);
      }
      const [expected, found] = [plain.training.tensors(), other.training.tensors()];
      for (const [name, tensor] of Object.entries(expected)) assert.equal([...(found[name]?.dataSync() ?? [])], [...tensor.dataSync()], name);
      plain.training.dispose();
      other.training.dispose();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
