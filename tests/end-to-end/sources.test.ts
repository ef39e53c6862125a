// Programs over each source of data: compiled, their files read, some steps taken on the backends `cpu` and `onnx`; the loss falls.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { selectBackend, Training } from "../../runtime/index.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { named, runsOf } from "../support/compiled.js";

const folder = mkdtempSync(join(tmpdir(), "sop-sources-"));
test.after(() => rmSync(folder, { recursive: true }));

const train = "  optimizer adam(lr: 0.02)\n  batch 8\n  steps 30\n}\n";
const next = (source: string): string => `data plays = ${source} {
  fields tokens: i32[6] below 12, target: i32[6] below 12 from next
}
model Net {
  input  tokens: i32[6] below 12
  output next = tokens |> embedding(12, 8) |> dense(12)
}
train net: Net on plays {
  loss cross_entropy(next, target)
${train}`;
const labels = (source: string): string => `data rows = ${source} {
  fields x: f32[3], label: class[2]
}
model Net {
  input  x: f32[3]
  output kind = x |> dense(8) |> relu |> dense(2)
}
train net: Net on rows {
  loss cross_entropy(kind, label)
${train}`;

/** An npy file of a vector or a matrix. */
function npyBytes(array: Float32Array | Int8Array, shape: string): Buffer {
  const header = `{'descr': '${array instanceof Float32Array ? "<f4" : "|i1"}', 'fortran_order': False, 'shape': (${shape}), }\n`;
  return Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, "latin1"), Buffer.from(array.buffer)]);
}

const points = Array.from({ length: 60 }, (_, row) => [0, 1, 2].map((at) => ((row * (at + 3) * 7) % 11) / 5 - 1));
const kinds = points.map(([a = 0, b = 0]) => (a + b > 0 ? 1 : 0));
writeFileSync(join(folder, "plays.txt"), "to be or not to be\n".repeat(40));
writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ added_tokens: [], pre_tokenizer: { type: "WhitespaceSplit" }, model: { type: "WordLevel", unk_token: null, vocab: { to: 0, be: 1, or: 2, not: 11 } } }));
writeFileSync(join(folder, "x.npy"), npyBytes(Float32Array.from(points.flat()), "60, 3"));
writeFileSync(join(folder, "label.npy"), npyBytes(Int8Array.from(kinds), "60,"));
writeFileSync(join(folder, "rows.jsonl"), points.map((x, row) => JSON.stringify({ x, label: kinds[row] === 1 ? "up" : "down" })).join("\n"));

const cases: readonly (readonly [string, string])[] = [
  ["text", next('text("plays.txt", unit: characters)')],
  ["text with a tokenizer", next('text("plays.txt", tokenizer: "tokenizer.json")')],
  ["npy", labels('npy("x.npy", "label.npy")')],
  ["jsonl", labels('jsonl("rows.jsonl")')],
  ["spirals", labels('synthetic("spirals", rows: 200)').replaceAll("x: f32[3]", "point: f32[2]").replace("x |>", "point |>")],
];

for (const backend of ["cpu", "onnx"]) {
  for (const [name, program] of cases) {
    test(`${backend}: ${name}`, async () => {
      await selectBackend(backend);
      const run = named(await runsOf(program), "net");
      const data = await loadDataset(run.dataset, folder);
      const rows = data.splits.train;
      const { weights, optimizer, clip, l2, seed, batch } = run;
      const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 30, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
      const stepper = new Stepper(run, training, data.columns, new DataOrder(rows, batch, seed));
      const losses: number[] = [];
      while (losses.length < 30) for (const taken of await stepper.take(1)) losses.push(taken.loss);
      training.dispose();
      const mean = (part: readonly number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
      assert.ok(mean(losses.slice(-5)) < 0.97 * mean(losses.slice(0, 5)), `${losses.slice(0, 5).join(" ")} ... ${losses.slice(-5).join(" ")}`);
    });
  }
}

test.run();
