// `train --batch auto`: which sizes are tried and what is said of them, and the command on a real program.

import { existsSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findBatch, type Trial } from "../../runtime/program/commands/batch.js";
import { UserError } from "../../runtime/program/errors.js";
import { withProgram } from "../support/compiled.js";
import { smallCsv, smallData, smallRows } from "../support/small-data.js";

/** What is said where sizes up to `most` fit; a row takes `bytes`. */
function said(batch: number, rows: number, most: number, bytes = 1): { readonly lines: readonly string[]; readonly tried: readonly number[] } {
  const [lines, tried]: [string[], number[]] = [[], []];
  const attempt = (size: number): Trial => {
    tried.push(size);
    return size > most ? { failed: "The GPU is out of memory" } : { seconds: size / 1000, bytes: size * bytes };
  };
  findBatch({ name: "net", batch }, rows, attempt, { result: (line) => void lines.push(line) });
  return { lines, tried };
}

test("sizes are doubled up to the first that does not fit, or all rows", () => {
  assert.equal(said(32, 10_000, 100), {
    tried: [32, 64, 128],
    lines: ["net: batch 32: 32 ms a step, 1,000 microseconds a row", "net: batch 64: 64 ms a step, 1,000 microseconds a row", "net: batch 128 does not fit: The GPU is out of memory", "net: the largest batch that fits, by doubling, is 64: write `batch 64`"],
  });
  assert.equal(said(32, 100, 1000).tried, [32, 64, 100]);
  assert.is(said(32, 100, 1000).lines.at(-1), "net: a batch of all 100 rows fits");
  assert.equal(said(500, 100, 1000).tried, [100]);
});

test("where the run's own batch does not fit, it is halved", () => {
  assert.equal(said(100, 1000, 20).tried, [100, 50, 25, 12]);
  assert.is(said(100, 1000, 20).lines.at(-1), "net: the largest batch that fits, by doubling, is 12: write `batch 12`");
  assert.throws(() => said(8, 1000, 0), (error: unknown) => error instanceof UserError && error.message === "Not even one row of `net` can be trained on here.");
});

test("what would take more memory than is free is not tried", () => {
  const { lines, tried } = said(2, 1_000_000, Infinity, freemem() / 6);
  assert.equal(tried, [2, 4]);
  assert.match(lines.at(-2) ?? "", /^net: batch 8 is not tried: it would take about [\d.]+ GiB of the [\d.]+ GiB that are free$/);
  assert.is(lines.at(-1), "net: the largest batch that fits, by doubling, is 4: write `batch 4`");
});

test("a program tries its steps in processes of their own, and trains nothing", () =>
  withProgram(`${smallData}
model Net {
  input  image: f32[64]
  output k: f32[3] = image |> dense(3)
}
train net: Net on rows { loss cross_entropy(k, kind); optimizer adam(lr: 1e-2); batch 50; steps 10; accumulate 2 }
`, { "rows.csv": smallCsv(smallRows(120)) }, async ({ folder, run }) => {
    const { code, out, err } = await run("train", "--batch", "auto", "--backend", "cpu");
    assert.is(code, 0, err);
    assert.match(out, /^net: batch 50: [\d.e-]+ ms a step, [\d.e-]+ microseconds a row\nnet: batch 84: .+\nnet: a batch of all 84 rows fits\n$/);
    assert.not.ok(existsSync(join(folder, "runs")));
    const wrong = await run("train", "--batch", "large");
    assert.is(wrong.code, 2);
    assert.match(wrong.err, /Allowed choices are auto/);
    // What it would leave out is refused.
    for (const flag of ["--smoke", "--fresh", "--plan", "--jobs=2"]) assert.is((await run("train", "--batch", "auto", flag)).code, 2, flag);
  }));

test.run();
