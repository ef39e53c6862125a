// Predictions against the numbers of `eval`: several inputs and outputs, standardized and scaled targets, words for two classes, rows that
// are left out; and datasets smaller than anyone would have.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { stream } from "../../runtime/random.js";
import { withProgram, type Placed } from "../support/compiled.js";
import { programs } from "../support/programs.js";

/** Rows of a CSV file without quotes, by column. */
const table = (text: string): readonly Readonly<Record<string, string>>[] => {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [header.split(",")[at] ?? "", cell])));
};

async function predicted(program: Placed, run: string, ...args: readonly string[]): Promise<ReturnType<typeof table>> {
  const ended = await program.run("predict", run, ...args);
  assert.is(ended.code, 0, ended.err);
  return table(ended.out);
}

async function evaluated(program: Placed, run: string, metric: string): Promise<number> {
  const ended = await program.run("eval", run, "--split", "test");
  assert.is(ended.code, 0, ended.err);
  return Number(new RegExp(`\\b${metric} (\\S+?)[, ]`).exec(ended.out)?.[1]);
}

const share = (rows: ReturnType<typeof table>, holds: (row: Readonly<Record<string, string>>) => boolean): number => rows.filter(holds).length / rows.length;
const close = (found: number, expected: number, tolerance: number, what: string): void => assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, expected ${expected}`);

test("several inputs, outputs and losses: predictions are in the fields' own units and words, and agree with eval", () => {
  const words = ["flat", "house", "loft", "villa", "barn"];
  const draws = stream(1, "homes", 0);
  const homes = Array.from({ length: 300 }, (_, row) => {
    const rooms = 1 + (row % 8);
    const area = 20 * rooms + Math.round(300 * draws.uniform()) / 10;
    return row % 40 === 7 ? `?,${area},flat,1` : `${rooms},${area},${words[Math.floor(rooms / 2)] ?? ""},${Math.round(3000 * area)}`;
  });
  const text = `rooms,area,kind,price\n${homes.join("\n")}\n`;
  const source = (programs.find(({ path }) => path === "10-multi-task.sop")?.text ?? "").replace('csv("homes.csv")', 'csv("homes.csv", missing: "?")').replace("standardize rooms, area, price", "standardize rooms, area, price\n  scale price by 1/2");
  return withProgram(source, { "homes.csv": text }, async (program) => {
    const trained = await program.run("train", "--quiet");
    assert.is(trained.code, 0, trained.err);
    const rows = table(text);
    const of = (row: Readonly<Record<string, string>>): Readonly<Record<string, string>> => rows[Number(row["row"]) - 1] ?? {};
    const found = await predicted(program, "homes_both", "--split", "test");
    assert.ok(found.every((row) => of(row)["rooms"] !== "?"), "row numbers count the rows that were left out");
    close(share(found, (row) => row["kind"] === of(row)["kind"]), await evaluated(program, "homes_both", "kind_accuracy"), 5e-5, "accuracy");
    const { fitted } = JSON.parse(readFileSync(program.path("homes_both", "run.json"), "utf8"));
    const error = found.reduce((sum, row) => sum + Math.abs(Number(row["price"]) - Number(of(row)["price"])), 0) / found.length;
    close(error / fitted.statistics.price.std[0] / 2, await evaluated(program, "homes_both", "error"), 1e-3, "mean absolute error, in standard deviations over 2");

    // The same rows as a file of their own, without the targets.
    const [first] = found;
    writeFileSync(join(program.folder, "new.csv"), `area,rooms\n${of(first ?? {})["area"] ?? ""},${of(first ?? {})["rooms"] ?? ""}\n`);
    const [again] = await predicted(program, "homes_both", "--in", "new.csv");
    assert.equal({ ...again, row: "" }, { ...first, row: "" });
    for (const [args, part] of [
      [["--split", "tset"], "There is no split `tset`"],
      [["--in", "new.csv", "--split", "test"], "one of the two"],
      [["--in", "homes_both"], "`homes_both` cannot be read: it does not exist"],
    ] as const) {
      const refused = await program.run("predict", "homes_both", ...args);
      assert.ok(refused.code !== 0 && refused.err.includes(part), refused.err);
    }
  });
});

test("binary cross-entropy of one logit: the words of its own field, whatever else has two classes", () => {
  const source = `data rows = csv("rows.csv") {
  fields x: f32, flag: class["no", "yes"], other: class["left", "right"], on: bool
  split  train 60%, valid 20%, test 20%
}

model M {
  input  x: f32
  h = x |> reshape([1])
  output flag_logit: f32[1] = h |> dense(1)
  output lit: f32[1] = h |> dense(1)
}

train m: M on rows {
  loss      flag: binary_cross_entropy(flag_logit, cast(flag, f32)), on: binary_cross_entropy(lit |> reshape([]), cast(on, f32))
  metrics   accuracy(flag_logit, flag)
  optimizer adam(lr: 0.1)
  batch     16
  epochs    5
}
`;
  const lines = Array.from({ length: 100 }, (_, row) => `${(row * 7) % 50 - 25},${(row * 7) % 50 > 25 ? "yes" : "no"},${row % 2 === 0 ? "left" : "right"},${row % 3 === 0 ? "true" : "no"}`);
  const text = `x,flag,other,on\n${lines.join("\n")}\n`;
  return withProgram(source, { "rows.csv": text }, async (program) => {
    assert.is((await program.run("train", "--quiet")).code, 0);
    const rows = table(text);
    const found = await predicted(program, "m", "--split", "test");
    close(share(found, (row) => row["flag_logit"] === rows[Number(row["row"]) - 1]?.["flag"]), await evaluated(program, "m", "accuracy"), 5e-5, "accuracy");
    for (const row of found) {
      assert.is(row["flag_logit"], Number(row["flag_logit.probability"]) > 0.5 ? "yes" : "no");
      assert.is(row["lit"], Number(row["lit.probability"]) > 0.5 ? "1" : "0");
    }
  });
});

test("one row, a batch larger than the data, no other split", () => {
  const source = `data rows = csv("rows.csv") {
  fields x: f32, y: f32
  standardize x, y
  split  train 100%
}

model M overparam 2 {
  input  x: f32
  output p: f32[1] = x |> reshape([1]) |> dense(4) |> batch_norm |> relu |> dense(1)
}

recipe r {
  loss      mse(p, y)
  metrics   r2(p, y), mae(p, y)
  optimizer sgd(lr: 0.1)
  batch     64
}

train one: M on rows { use r; epochs 2 }

train often: M on rows { use r; steps 3; evaluate every 100 steps; checkpoint every 1 steps, keep 1 }
`;
  return withProgram(source, { "rows.csv": "x,y\n1,2\n" }, async (program) => {
    const trained = await program.run("train", "--quiet");
    assert.is(trained.code, 0, trained.err);
    const ended = await program.run("eval", "one");
    assert.match(ended.out, /^one: train r2 NaN, mae .* \(folded model, 1 row\)$/m);
    const none = await program.run("predict", "one", "--split", "valid");
    assert.is(none.code, 1);
    assert.match(none.err, "`rows` has no valid split");
    assert.is((await predicted(program, "often", "--split", "train")).length, 1);
    const smoke = await program.run("train", "one", "--smoke");
    assert.is(smoke.code, 0, smoke.err);
  });
});

test.run();
