// Steps on sequences of unequal length are captured and replayed, and so is their evaluation, with the losses of `cpu`.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { captureOfBackend } from "../../runtime/backends/capture.js";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { selectBackend, Training, type Run } from "../../runtime/index.js";
import { Evaluator } from "../../runtime/training/evaluate.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { named, runsOf } from "../support/compiled.js";
import { distance } from "../support/numeric.js";
import { raggedFiles, raggedPrograms } from "../support/ragged-programs.js";

const steps = 12;

/** The losses of a run's steps, why they are not captured, and what the folded model has on the validation rows. */
async function trained(run: Run, folder: string, backend: "cpu" | "onnx"): Promise<{ readonly losses: readonly number[]; readonly obstacle: string | null; readonly measured: Readonly<Record<string, number>> }> {
  await selectBackend(backend);
  const data = await loadDataset(run.dataset, folder);
  const { weights, optimizer, clip, l1 = 0, l2, seed, batch } = run;
  const rows = data.splits.train;
  const training = new Training({ weights, optimizer, clip, l1, l2, seed, totalSteps: steps, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
  const stepper = new Stepper(run, training, data.columns, new DataOrder(rows, batch, seed));
  const losses: number[] = [];
  while (losses.length < steps) losses.push(...(await stepper.take(steps - losses.length)).map(({ loss }) => loss));
  const evaluator = new Evaluator(run, data);
  const { values } = await evaluator.evaluate(training.folded(), "valid");
  const again = await evaluator.evaluate(training.folded(), "valid");
  assert.equal(again.values, values);
  stepper.forget();
  training.dispose();
  return { losses, obstacle: stepper.obstacle, measured: values };
}

for (const program of raggedPrograms) {
  test(`${program.name}: captured, with the losses of cpu`, async () => {
    const run = named(await runsOf(program.source), "net");
    const folder = mkdtempSync(join(tmpdir(), "sop-replay-"));
    try {
      for (const [name, content] of Object.entries(raggedFiles(program, 40))) writeFileSync(join(folder, name), content);
      const cpu = await trained(run, folder, "cpu");
      const onnx = await trained(run, folder, "onnx");
      assert.ok(captureOfBackend() !== null);
      assert.is(onnx.obstacle, null, "steps are replayed");
      assert.ok(distance(onnx.losses, cpu.losses) < 2e-5, `losses: ${distance(onnx.losses, cpu.losses)}`);
      assert.equal(Object.keys(onnx.measured), Object.keys(cpu.measured));
      assert.ok(distance(Object.values(onnx.measured), Object.values(cpu.measured)) < 1e-4, JSON.stringify([onnx.measured, cpu.measured]));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
