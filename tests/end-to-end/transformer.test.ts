// Models of std/transformer, compiled and run as users run them: they learn rules that need attention, on `cpu` and on `onnx`, with kernel
// sets and dropout, and both backends go the same way.

import { readFileSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compiled, withProgram, type Placed } from "../support/compiled.js";
import { typeCheck } from "../support/type-check.js";

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Rows of 12 tokens below 8: six of any kind, then the same six again. The second half is known by reading back. */
function tokens(row: number): readonly number[] {
  const half = Array.from({ length: 6 }, (_, i) => (row * (i + 3) + Math.floor(row / 8) * (2 * i + 1) + i * i) % 8);
  return [...half, ...half];
}

const rows = 400;

const names = (name: string, count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${name}${i}`);
const csv = (): string => {
  const lines = Array.from({ length: rows }, (_, row) => {
    const all = tokens(row);
    const mirrored = all.slice(0, 6).reverse();
    return [...all, ...mirrored, 0, ...mirrored.slice(0, 5), all.filter((token) => token < 4).length > 6 ? 1 : 0].join(",");
  });
  return `${[[...names("t", 12), ...names("m", 6), ...names("s", 6), "few"].join(","), ...lines].join("\n")}\n`;
};

const source = `import { Gpt, T5, TextClassifier } from "std/transformer"

data rows = csv("rows.csv") {
  fields tokens: i32[11] below 8 from columns("t0", "t10"),
         target: i32[11] below 8 from columns("t1", "t11"),
         source: i32[6] below 8 from columns("t0", "t5"),
         mirrored: i32[6] below 8 from columns("m0", "m5"),
         shifted: i32[6] below 8 from columns("s0", "s5"),
         few: class[2]
  split  train 80%, valid 10%, test 10%
}

/// Queries and biases without a batch, attention among them alone, groups of heads, turned features.
model Odd(k: int = 1) overparam(k, embeddings: true) {
  input source: i32[6] below 8
  layer table = embedding(8, 8)
  x = source |> table
  queries = learned([2, 8], init: normal(0.5))
  read = queries |> cross_attention(x, 2, bias: learned([2, 2, 6]))
  alone = queries
    |> learned_positions(2)
    |> rotary
    |> self_attention(1, causal: true, bias: relative_bias(1, length: 2))
  y = x |> rotary(heads: 2) |> self_attention(4, kv_heads: 2, rotary: true, projection_bias: false)
  output next: f32[6, 8] = concat(read + alone, y |> slice(0, 4, axis: 0), axis: 0) |> table.unembed
}

recipe all {
  optimizer adam(lr: warmup_cosine(peak: 5e-3, warmup: 10%))
  batch     32
  clip      norm 1.0
}

train gpt: Gpt(8, d: 32, heads: 2, depth: 2, drop: 0, k: 2) on rows {
  use   all
  loss  cross_entropy(next, target)
  steps 150
}

train t5: T5(8, d: 32, heads: 2, depth: 1, drop: 0) on rows {
  use     all
  loss    cross_entropy(next, mirrored)
  metrics accuracy(next, mirrored)
  steps   150
}

train classifier: TextClassifier(8, 2, d: 16, heads: 2, depth: 1) on rows {
  use     all
  loss    cross_entropy(kind, few)
  metrics accuracy(kind, few)
  steps   40
}

train few_gpt: Gpt(8, d: 16, heads: 2, depth: 1, k: 3) on rows {
  use   all
  loss  cross_entropy(next, target)
  steps 12
}

train few_odd: Odd(k: 2) on rows {
  use   all
  loss  cross_entropy(next, mirrored)
  steps 12
}

train few_t5: T5(8, d: 16, heads: 4, depth: 1, k: 2) on rows {
  use   all
  loss  cross_entropy(next, mirrored)
  steps 12
}
`;

interface Line {
  readonly [name: string]: unknown;
}

/** Of the last evaluation. */
function result(program: Placed, runs: string, run: string, name: string): number {
  const lines = readFileSync(program.path("..", runs, run, "metrics.jsonl"), "utf8").trim().split("\n");
  const values = lines.map((line) => (JSON.parse(line) as Line)[name]).filter((value): value is number => typeof value === "number");
  return values.at(-1) ?? NaN;
}

/** The loss of the table of pairs of neighbouring tokens that fits all rows best: what is known without reading further back. */
function bigram(): number {
  const counts = Array.from({ length: 8 }, () => new Float64Array(8));
  for (let row = 0; row < rows; row++) {
    for (const [i, token] of tokens(row).entries()) {
      const after = i === 0 ? undefined : counts[tokens(row)[i - 1] ?? 0];
      if (after !== undefined) after[token] = (after[token] ?? 0) + 1;
    }
  }
  const total = counts.flatMap((row) => [...row]).reduce((sum, n) => sum + n, 0);
  return counts.reduce((sum, row) => {
    const of = row.reduce((a, n) => a + n, 0);
    return sum - row.reduce((a, n) => a + (n === 0 ? 0 : n * Math.log(n / of)), 0);
  }, 0) / total;
}

test("the program passes the checks of TypeScript", async () => {
  assert.equal(typeCheck({ "program.ts": (await compiled(source)).typescript }), []);
});

test("models of std/transformer learn, and go on onnx as on cpu", () =>
  withProgram(source, { "rows.csv": csv() }, async (program) => {
    symlinkSync(packages, program.path("..", "node_modules"));
    const train = async (run: string, backend: string): Promise<void> => {
      const ended = await program.run("train", run, "--quiet", "--backend", backend, "--runs-dir", backend);
      assert.is(ended.code, 0, ended.err);
    };
    for (const run of ["gpt", "t5", "classifier"]) await train(run, "onnx");
    const [gpt, pairs] = [result(program, "onnx", "gpt", "valid.loss"), bigram()];
    assert.ok(gpt < 0.5 * pairs, `gpt has the loss ${gpt}, a table of pairs ${pairs}`);
    for (const [run, least] of [["t5", 0.7], ["classifier", 0.9]] as const) {
      const accuracy = result(program, "onnx", run, "valid.accuracy");
      assert.ok(accuracy > least, `${run} has the accuracy ${accuracy}`);
    }
    for (const run of ["few_gpt", "few_t5", "few_odd"]) {
      for (const backend of ["onnx", "cpu"]) await train(run, backend);
      const [native, plain] = ["onnx", "cpu"].map((backend) => result(program, backend, run, "valid.loss"));
      assert.ok(Math.abs((native ?? NaN) - (plain ?? NaN)) < 1e-4, `${run}: ${native} on onnx, ${plain} on cpu`);
    }
  }));

test.run();
