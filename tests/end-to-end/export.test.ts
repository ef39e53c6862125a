// An exported model in other hands: the real command trains, predicts and exports; a reader and a forward pass that share nothing with sop
// compute the same probabilities from the file.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { convolve, dense, halve, lookUp, normalize, relu, softmax } from "../support/by-hand.js";
import { readPlainTensors, tensorOf } from "../support/plain-tensors.js";
import { smallCsv, smallData, smallFiles, smallRows, type SmallRow } from "../support/small-data.js";
import { inFolder, sop } from "../support/sop.js";

const source = `import { conv_block } from "std/vision"

${smallData}
model Net(k: int) overparam(k, embeddings: true) {
  input  image: f32[64], words: i32[3] below 7
  a = image |> reshape([8, 8, 1]) |> conv_block(4) |> max_pool(2) |> conv2d(2, kernel: 3) |> flatten |> dropout(0.1)
  b = words |> embedding(7, 3) |> flatten
  x = concat(a, b) |> dense(10) |> batch_norm |> relu
  output k: f32[3] = x |> dense(3)
  output size: f32[1] = x |> dense(1)
}

recipe all {
  loss       kind: cross_entropy(k, kind), size: 0.1 * mse(size, row.size)
  metrics    accuracy(k, kind)
  optimizer  adamw(lr: 1e-2)
  batch      16
  steps      40
  seed       3
}

train many: Net(k: 4) on rows { use all }
train one: Net(k: 1) on rows { use all }
`;

/** Probabilities and size of one row, from the file alone. */
function byHand(path: string): (row: SmallRow) => { readonly probabilities: readonly number[]; readonly size: number } {
  const tensors = readPlainTensors(path);
  const w = (name: string) => tensorOf(tensors, name);
  const norm = (name: string) => ({ scale: w(`${name}.scale`), bias: w(`${name}.bias`), mean: w(`${name}.mean`), variance: w(`${name}.variance`) });
  const biased = (x: readonly number[], bias: readonly number[]) => x.map((value, i) => value + (bias[i % bias.length] ?? NaN));
  return ({ pixels, words }) => {
    const image = pixels.map((pixel) => pixel / 16);
    const first = halve(relu(normalize(convolve(image, 8, w("conv_block.conv2d.kernel")), norm("conv_block.batch_norm"), 1e-5)), 8, 4);
    const a = biased(convolve(first, 4, w("conv2d.kernel")), w("conv2d.bias").values);
    const b = lookUp(words, w("embedding.table"));
    const x = relu(normalize(dense([...a, ...b], w("dense.kernel"), w("dense.bias")), norm("batch_norm"), 1e-5));
    const [size = NaN] = dense(x, w("dense_3.kernel"), w("dense_3.bias"));
    return { probabilities: softmax(dense(x, w("dense_2.kernel"), w("dense_2.bias"))), size };
  };
}

test("independent code reproduces `sop predict` from the exported file", () =>
  inFolder({ ...smallFiles(120), "model.sop": source }, (folder) => {
    const run = (...args: readonly string[]): void => {
      const { status, stderr } = sop(folder, args);
      assert.is(status, 0, `${args.join(" ")}: ${stderr}`);
    };
    const fresh = smallRows(200).slice(150);
    writeFileSync(join(folder, "new.csv"), smallCsv(fresh));
    run("train", "model.sop");
    for (const name of ["many", "one"]) {
      run("predict", "model.sop", name, "--in", "new.csv", "--out", `${name}.csv`);
      run("export", "model.sop", name, "--to", "safetensors", "-o", `${name}.safetensors`);
      const compute = byHand(join(folder, `${name}.safetensors`));
      const [header = "", ...lines] = readFileSync(join(folder, `${name}.csv`), "utf8").trimEnd().split("\n");
      const columns = header.split(",");
      assert.equal(columns, ["row", "k", "k.a", "k.b", "k.c", "size"]);
      assert.is(lines.length, fresh.length);
      let right = 0;
      for (const [at, row] of fresh.entries()) {
        const cells = (lines[at] ?? "").split(",");
        const { probabilities, size } = compute(row);
        for (const [label, probability] of probabilities.entries()) {
          const error = Math.abs(Number(cells[2 + label]) - probability);
          assert.ok(error < 1e-5, `${name}, row ${at + 1}, class ${label}: ${error}`);
        }
        assert.ok(Math.abs(Number(cells[5]) - size) < 1e-5, `${name}, row ${at + 1}: ${cells[5]} and ${size}`);
        if (cells[1] === row.kind) right++;
      }
      assert.ok(right > fresh.length / 2, `${name} has learned: ${right} of ${fresh.length}`);
    }
    assert.is(statSync(join(folder, "many.safetensors")).size, statSync(join(folder, "one.safetensors")).size);
  }));

test.run();
