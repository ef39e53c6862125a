// An index that a program computes and its table does not have: the user's error, with the layer and its line, on every backend.

import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withoutCapture } from "../../runtime/backends/capture.js";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { selectBackend, Training } from "../../runtime/index.js";
import { UserError } from "../../runtime/program/errors.js";
import { evaluate } from "../../runtime/training/evaluate.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { named, runsOf } from "../support/compiled.js";

const folder = mkdtempSync(join(tmpdir(), "sop-indices-"));
test.after(() => rmSync(folder, { recursive: true }));

const source = (index: string): string => `data rows = csv("rows.csv") {
  fields word: i32 below 5, kind: class[2]
  split train 100%, order: file
}

model Net {
  input  word: i32 below 5
  output kind: f32[2] = (${index})
    |> embedding(5, 3)
    |> dense(2)
}

train net: Net on rows {
  loss      cross_entropy(kind, row.kind)
  optimizer sgd(lr: 0.1)
  batch     4
  steps     3
}
`;

writeFileSync(join(folder, "rows.csv"), `word,kind\n${Array.from({ length: 8 }, (_, i) => `${i % 5},${i % 2}`).join("\n")}\n`);

for (const backend of ["cpu", "onnx"]) {
  for (const [index, wrong] of [["word - 3", -3], ["word + 4", 8]] as const) {
    test(`${backend}: ${index}`, async () => {
      await selectBackend(backend);
      const run = named(await runsOf(source(index)), "net");
      const data = await loadDataset(run.dataset, folder);
      const rows = data.splits.train;
      const { weights, optimizer, clip, l2, seed, batch } = run;
      const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 3, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
      const found = async (what: () => Promise<unknown>): Promise<string> => {
        try {
          await what();
        } catch (error) {
          if (error instanceof UserError) return error.message;
          throw error;
        }
        return "no error";
      };
      const step = (): Promise<unknown> => new Stepper(run, training, data.columns, new DataOrder(rows, batch, seed)).take(1);
      const model = training.folded();
      const messages = [await found(step), await found(() => withoutCapture(step)), await found(() => evaluate(run, model, data, "train"))];
      tf.dispose(model);
      training.dispose();
      for (const message of messages) {
        assert.match(message, /^`embedding` on line 9 is given the index -?\d+, which its table does not have\.$/);
        const given = Number(/index (-?\d+)/.exec(message)?.[1]);
        assert.ok(wrong < 0 ? given < 0 && given >= wrong : given >= 5 && given <= wrong, message);
      }
    });
  }
}

test.run();
