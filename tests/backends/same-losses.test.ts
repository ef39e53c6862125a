// The same program with the same seed gives the same losses on every backend that is here, and the same results of its folded model.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { backendsHere, runOn, type BackendHere } from "../support/backends-here.js";
import { withProgram } from "../support/compiled.js";
import { smallCsv, smallData, smallRows } from "../support/small-data.js";

const tolerance = 1e-4;

const source = `import { conv_block } from "std/vision"

${smallData}
model Net overparam 2 {
  input  image: f32[64], words: i32[3] below 7
  picture = image |> reshape([8, 8, 1])
  a = picture |> conv_block(4) |> max_pool(2) |> conv2d(4, 3, groups: 2) |> global_avg_pool |> layer_norm
  w = words |> embedding(7, 4) |> learned_positions(3)
  b = w + (w |> rms_norm |> self_attention(2, causal: true)) |> gru(3) |> flatten
  c = image |> dense(6) |> gelu |> dropout(0.2)
  output k: f32[3] = concat(a, b, c) |> dense(3)
}

train net: Net on rows {
  loss      cross_entropy(k, kind)
  metrics   accuracy(k, kind)
  optimizer adamw(lr: warmup_cosine(peak: 5e-3, warmup: 10%), weight_decay: 0.01)
  clip      norm 1.0
  batch     16
  steps     50
  evaluate  every 25 steps
  seed      5
}
`;

interface Found {
  readonly losses: readonly number[];
  readonly valid: readonly number[];
  readonly evaluated: readonly number[];
}

/** All numbers of a line, in order. */
const numbersIn = (text: string): readonly number[] => [...text.matchAll(/-?\d+\.\d+(e-?\d+)?/g)].map(([number]) => Number(number));

async function trained(backend: BackendHere, folder: string): Promise<Found> {
  const { code, err } = await runOn(backend, folder, ["train", "--quiet"]);
  assert.is(code, 0, `${backend.name}: ${err}`);
  const lines = readFileSync(join(folder, backend.name, "net", "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line): Record<string, number> => JSON.parse(line));
  const evaluated = await runOn(backend, folder, ["eval", "net"]);
  assert.is(evaluated.code, 0, `${backend.name}: ${evaluated.err}`);
  return { losses: lines.flatMap((line) => line["loss"] ?? []), valid: lines.flatMap((line) => line["valid.loss"] ?? []), evaluated: numbersIn(evaluated.out) };
}

const differences = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));

test("50 losses, validation and the folded model's results are those of cpu", () =>
  withProgram(source, { "rows.csv": smallCsv(smallRows(120)) }, async ({ folder }) => {
    const [reference, ...others] = backendsHere();
    if (reference === undefined) throw new Error("no backend is here");
    const expected = await trained(reference, folder);
    assert.is(expected.losses.length, 50);
    assert.is(expected.valid.length, 2);
    assert.ok(expected.evaluated.length >= 1);
    assert.ok((expected.losses[49] ?? NaN) < (expected.losses[0] ?? NaN) - 0.05, "it learns");
    for (const backend of others) {
      const found = await trained(backend, folder);
      for (const kind of ["losses", "valid", "evaluated"] as const) {
        assert.is(found[kind].length, expected[kind].length, `${backend.name}: ${kind}`);
        const worst = differences(expected[kind], found[kind]);
        assert.ok(worst <= tolerance, `${backend.name}: ${kind} differ by up to ${worst}`);
      }
    }
  }));

test.run();
