// std/transformer: its models have as many weights as the published ones, and overparam reaches the projections of attention.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { lowerInstance } from "../../compiler/lower/lower.js";
import type { Instance } from "../../compiler/semantics/semantic-model.js";
import { summarize } from "../../compiler/services/summary.js";
import { check } from "./semantics-support.js";

/** The instance that a run of this head trains, on fields of these types. */
function instanceOf(name: string, head: string, fields: string, loss: string): Instance {
  const source = `import { ${name} } from "std/transformer"\n\ndata rows = jsonl("rows.jsonl") {\n  fields ${fields}\n}\ntrain t: ${head} on rows {\n  loss ${loss}\n  optimizer adam(lr: 1e-3)\n  batch 2\n  steps 2\n}\n`;
  const { value, lines } = check(source);
  assert.equal(lines, []);
  const [run] = value.runs;
  if (run === undefined) throw new Error("no run");
  return run.instance;
}

test("Gpt has the weights of GPT-2: 124 million", () => {
  const [vocab, t, d, depth] = [50257, 1024, 768, 12];
  const { totals } = summarize(instanceOf("Gpt", `Gpt(${vocab}, d: ${d}, heads: 12, depth: ${depth})`, `tokens: i32[${t}] below ${vocab}, target: i32[${t}] below ${vocab}`, "cross_entropy(next, target)"));
  assert.is(totals.weightsShipped, vocab * d + t * d + depth * (12 * d * d + 13 * d) + 2 * d);
  assert.is(totals.weightsShipped, 124_439_808);
});

test("the operations of Gpt are those counted by hand", () => {
  for (const [vocab, t, d, heads, depth, drop] of [[128, 64, 32, 2, 2, 0], [128, 64, 64, 4, 2, 0.1], [50257, 1024, 768, 12, 12, 0.1]] as const) {
    const { totals } = summarize(instanceOf("Gpt", `Gpt(${vocab}, d: ${d}, heads: ${heads}, depth: ${depth}, drop: ${drop})`, `tokens: i32[${t}] below ${vocab}, target: i32[${t}] below ${vocab}`, "cross_entropy(next, target)"));
    // A multiply-add is two. Of a position: query, key, value and out have 4 d^2 weights, the feed-forward part 8 d^2; biases have 4 d and 5 d.
    const projections = 2 * 12 * d * d + 9 * d;
    // A score is d / heads multiply-adds for each head and pair of positions, and as many mix the values: 2 * 2 * t * d. Each score is scaled, and 5 in a softmax.
    const attention = 4 * t * d + 6 * heads * t;
    // Two norms of 7, two sums of 1, and 8 for each of 4 d gelus.
    const elementwise = (2 * 7 + 2 + 8 * 4) * d;
    // Adding a row of positions, the last norm, and the table as logits; a row of a table is read for nothing, and what ships drops out nothing.
    assert.is(totals.flops, t * (depth * (projections + attention + elementwise) + d + 7 * d + 2 * vocab * d), `d ${d}`);
  }
});

test("T5 has the weights of T5 small: 60 million", () => {
  const vocab = 32128;
  const fields = `source: i32[64] below ${vocab}, shifted: i32[32] below ${vocab}, target: i32[32] below ${vocab}`;
  const { totals } = summarize(instanceOf("T5", `T5(${vocab}, d: 512, heads: 8, depth: 6)`, fields, "cross_entropy(next, target)"));
  assert.is(totals.weightsShipped, 60_506_624);
});

test("TextClassifier has an encoder's weights and a head", () => {
  const [vocab, t, d] = [100, 20, 32];
  const { totals } = summarize(instanceOf("TextClassifier", `TextClassifier(${vocab}, 3, d: ${d}, heads: 4, depth: 2)`, `tokens: i32[${t}] below ${vocab}, label: class[3]`, "cross_entropy(kind, label)"));
  assert.is(totals.weightsShipped, (vocab + t) * d + 2 * (12 * d * d + 13 * d) + 2 * d + 3 * d + 3);
});

test("overparam reaches the four projections and the feed-forward part, not the tables", () => {
  const reach = (head: string): readonly string[] => [...lowerInstance(instanceOf("Gpt", head, "tokens: i32[8] below 9, target: i32[8] below 9", "cross_entropy(next, target)")).reach.keys()];
  const layer = "decoder.repeat_1.1.decoder_layer";
  const kernels = [...["query", "key", "value", "out"].map((name) => `${layer}.self_attention.${name}.kernel`), `${layer}.feed_forward.dense.kernel`, `${layer}.feed_forward.dense_2.kernel`];
  assert.equal(reach("Gpt(9, d: 8, heads: 2, depth: 1, k: 3)"), kernels);
  assert.equal(reach("Gpt(9, d: 8, heads: 2, depth: 1)"), []);
});

test("the heads of attention's weights may grow, their size and tables of positions may not", () => {
  const { weights } = lowerInstance(instanceOf("Gpt", "Gpt(9, d: 8, heads: 2, depth: 1)", "tokens: i32[8] below 9, target: i32[8] below 9", "cross_entropy(next, target)")).module;
  const axesOf = (end: string): unknown => weights.find(({ path }) => path.endsWith(end))?.axes;
  assert.equal(axesOf("query.kernel"), ["feature", "feature", "fixed"]);
  assert.equal(axesOf("query.bias"), ["feature", "fixed"]);
  assert.equal(axesOf("out.kernel"), ["feature", "fixed", "feature"]);
  assert.equal(axesOf("learned_positions.table"), ["fixed", "feature"]);
});

test.run();
