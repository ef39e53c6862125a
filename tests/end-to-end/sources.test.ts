// Programs over each source of data: compiled, their files read, some steps taken on the backends `cpu` and `onnx`; the loss falls.

import { parquetWriteBuffer } from "hyparquet-writer";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { selectBackend, Training } from "../../runtime/index.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { named, runsOf, withProgram } from "../support/compiled.js";
import { pngBytes } from "../support/images.js";

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

const words = (source: string): string => `data rows = ${source} {
  fields tokens: i32[4] below 8 from "text", label: class["bad", "good"]
}
model Net {
  input  tokens: i32[4] below 8
  output kind = tokens |> embedding(8, 6) |> flatten |> dense(2)
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
writeFileSync(join(folder, "lists.csv"), `x,label\n${points.map((x, row) => `"[${x.join(", ")}]",${kinds[row] === 1 ? "up" : "down"}`).join("\n")}`);
const letters = kinds.map((kind, row) => ["aaxy", "axax", "xaya", "yxaa"][row % 4]?.replaceAll("a", kind === 1 ? "a" : "b") ?? "");
const texts = (between: string): string => `text,label\n${letters.map((text, row) => `${[...text].join(between)},${kinds[row] === 1 ? "good" : "bad"}`).join("\n")}`;
writeFileSync(join(folder, "words.csv"), texts(""));
writeFileSync(join(folder, "spoken.csv"), texts(" "));
writeFileSync(join(folder, "letters.json"), JSON.stringify({ added_tokens: [], pre_tokenizer: { type: "WhitespaceSplit" }, model: { type: "WordLevel", unk_token: null, vocab: { a: 0, b: 1, x: 2, y: 7 } } }));

const parquetSchema = [
  { name: "root", num_children: 2 },
  { name: "x", repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "label", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
] as const;
const parquetColumns = [{ name: "x", data: points }, { name: "label", data: kinds.map((kind) => (kind === 1 ? "up" : "down")) }];
writeFileSync(join(folder, "rows.parquet"), Buffer.from(parquetWriteBuffer({ columnData: parquetColumns, schema: [...parquetSchema] })));

/** Pictures of 4 x 4 pixels in color, brighter on the left or on the right, 20 to train and 8 to test for each side. */
function putPictures(into: string): void {
  for (const [split, count] of [["train", 20], ["test", 8]] as const) {
    for (const side of ["left", "right"]) {
      mkdirSync(join(into, "pictures", split, side), { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = Array.from({ length: 48 }, (_, at) => ((Math.floor(at / 3) % 4 < 2) === (side === "left") ? 170 : 40) + ((at * 7 + i * 13) % 60));
        writeFileSync(join(into, "pictures", split, side, `${i}.png`), pngBytes(4, 4, 3, pixels));
      }
    }
  }
}
putPictures(folder);
const pictures = `data pictures = images("pictures/") {
  fields image: f32[4, 4, 3], label: class[2]
  scale  image by 1/255
  split  train folder "train", test folder "test"
}
model Net {
  input  image: f32[4, 4, 3]
  output side = image |> conv2d(4, kernel: 3) |> relu |> flatten |> dense(2)
}
train net: Net on pictures {
  loss cross_entropy(side, label)
  metrics accuracy(side, label)
${train}`;

const cases: readonly (readonly [string, string])[] = [
  ["text", next('text("plays.txt", unit: characters)')],
  ["text with a tokenizer", next('text("plays.txt", tokenizer: "tokenizer.json")')],
  ["npy", labels('npy("x.npy", "label.npy")')],
  ["jsonl", labels('jsonl("rows.jsonl")')],
  ["parquet", labels('parquet("rows.parquet")')],
  ["images", pictures],
  ["csv, lists in cells", labels('csv("lists.csv")')],
  ["csv, characters of cells", words('csv("words.csv")')],
  ["csv with a tokenizer", words('csv("spoken.csv", tokenizer: "letters.json")')],
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

test("a bundled program trains on a folder of images and gives predictions with the names of new ones", () =>
  withProgram(pictures, {}, async ({ folder: place, run }) => {
    putPictures(place);
    const trained = await run("train", "--backend", "cpu");
    assert.is(trained.code, 0, trained.err);
    assert.match(trained.out + trained.err, /test accuracy 1\.0000/);
    const predicted = await run("predict", "net", "--backend", "cpu", "--in", "pictures/test/right");
    assert.is(predicted.code, 0, predicted.err);
    const [header = "", first = "", ...others] = predicted.out.trim().split("\n");
    assert.is(header, "row,file,side,side.left,side.right");
    assert.match(first, /^1,0\.png,right,/);
    assert.is(others.length, 7);
    const split = await run("predict", "net", "--backend", "cpu", "--split", "test");
    assert.match(split.out, /^41,test\/left\/0\.png,left,/m);
  }));

test("a bundled program reads Parquet where there is only Node", () =>
  withProgram(labels('parquet("rows.parquet")'), {}, async ({ folder: place, run }) => {
    copyFileSync(join(folder, "rows.parquet"), join(place, "rows.parquet"));
    const trained = await run("train", "--backend", "cpu");
    assert.is(trained.code, 0, trained.err);
    const predicted = await run("predict", "net", "--backend", "cpu", "--in", "rows.parquet");
    assert.is(predicted.out.trim().split("\n").length, 61, predicted.err);
  }));

test.run();
