// The same seed gives the same bytes, in one go or killed at any moment and resumed: with early stopping, the best checkpoint, dropout,
// batch norm, a last batch that is not full, mixing weights per output channel, annealing and decay.

import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withProgram, type Placed } from "../support/compiled.js";
import { smallData, smallFiles } from "../support/small-data.js";

const model = `import { conv_block } from "std/vision"

${smallData}
model Net {
  input  image: f32[64], words: i32[3] below 7
  a = image |> reshape([8, 8, 1]) |> conv_block(4) |> max_pool(2) |> flatten |> dropout(0.2)
  b = words |> embedding(7, 3) |> flatten
  x = concat(a, b) |> dense(16) |> batch_norm |> relu |> dropout(0.1)
  output k: f32[3] = x |> dense(3)
}

recipe all {
  loss       cross_entropy(k, kind, smoothing: 0.1)
  metrics    accuracy(k, kind)
  batch      16
  clip       norm 1.0
  seed       11
}
`;

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** 70% of them are seven batches of 16 and a few more. */
const rows = 165;

const bytes = (program: Placed, runs: string, run: string): Buffer => readFileSync(program.path("..", runs, run, "model.safetensors"));
const log = (program: Placed, runs: string, run: string): string => readFileSync(program.path("..", runs, run, "metrics.jsonl"), "utf8");
const record = (program: Placed, runs: string, run: string): Record<string, unknown> => JSON.parse(readFileSync(program.path("..", runs, run, "run.json"), "utf8"));

/** The step of the latest checkpoint, -1 without any. */
function reached(program: Placed, runs: string, run: string): number {
  const folder = program.path("..", runs, run, "checkpoints");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Math.max(-1, ...names.map((name) => Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? -1)));
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Trains to the end, killed whenever some more checkpoints are there and a random moment has passed; gives the steps it went on from. */
async function killedAgainAndAgain(program: Placed, backend: string, runs: string, run: string, kills: number): Promise<readonly number[]> {
  const resumed: number[] = [];
  for (let killed = 0; ; killed++) {
    const from = reached(program, runs, run);
    const started = program.start("train", run, "--quiet", "--backend", backend, "--runs-dir", runs);
    if (killed < kills) {
      const moment = 40 * Math.random();
      let over = false;
      void started.ended.then(() => (over = true));
      while (!over && reached(program, runs, run) < from + 7) await wait(2);
      await wait(moment);
      started.kill("SIGKILL");
    }
    const ended = await started.ended;
    const step = /goes on from step (\d+)/.exec(ended.err)?.[1];
    if (step !== undefined) resumed.push(Number(step));
    else if (from >= 0) assert.ok(existsSync(program.path("..", runs, run, "model.safetensors")), ended.err);
    if (ended.signal === "SIGKILL") continue;
    assert.is(ended.code, 0, ended.err);
    return resumed;
  }
}

function same(program: Placed, runs: string, run: string, how: string): void {
  assert.ok(bytes(program, runs, run).equals(bytes(program, "whole", run)), `${how}: the model differs`);
  assert.is(log(program, runs, run), log(program, "whole", run), `${how}: the log differs`);
  const [one, other] = [record(program, runs, run), record(program, "whole", run)];
  assert.equal(one, other, `${how}: the record differs`);
}

const source = `${model}
train best: Net overparam(4, mix: dirichlet(0.7), per: output, anneal: 40%, embeddings: true) on rows {
  use        all
  optimizer  adamw(lr: warmup_cosine(peak: 2e-2, warmup: 10%), weight_decay: 0.05)
  epochs     30
  evaluate   every 5 steps
  checkpoint every 3 steps, keep 2, best valid.accuracy
  stop       when valid.loss stalls 4 epochs
}

train last: Net overparam(3, mix: uniform, per: model, moments: copies, rate: mean) on rows {
  use        all
  optimizer  sgd(lr: cosine(0.05), momentum: 0.9, nesterov: true)
  regularize l2 1e-3
  steps      80
  checkpoint every 4 steps
}
`;

const several = `${model}
train parted: Net overparam(2, per: output) on rows {
  use        all
  batch      5
  accumulate 3
  optimizer  rk(lr: cosine(0.2), order: 2, momentum: 0.5, precondition: true, adaptive: true)
  ema        0.9
  steps      45
  evaluate   every 5 steps
  checkpoint every 3 steps, best valid.loss
}
`;

for (const backend of ["cpu", "onnx"]) {
  test(`on ${backend} a step of several batches and stages, with an average of the weights, goes on after a kill with the same bytes`, () =>
    withProgram(several, smallFiles(rows), async (program) => {
      symlinkSync(packages, program.path("..", "node_modules"));
      const ended = await program.run("train", "--quiet", "--backend", backend, "--runs-dir", "whole");
      assert.is(ended.code, 0, ended.err);
      const resumed = await killedAgainAndAgain(program, backend, "killed", "parted", 1);
      assert.is(resumed.length, 1, "it was killed under way");
      same(program, "killed", "parted", `killed and resumed from ${resumed.join(", ")}`);
    }));
}

for (const backend of ["cpu", "onnx"]) {
  test(`on ${backend} two runs of one seed, and runs that are killed at random moments and resumed, give the same bytes`, () =>
    withProgram(source, smallFiles(rows), async (program) => {
      symlinkSync(packages, program.path("..", "node_modules"));
      for (const runs of ["whole", "again"]) {
        const ended = await program.run("train", "--quiet", "--backend", backend, "--runs-dir", runs);
        assert.is(ended.code, 0, ended.err);
      }
      for (const run of ["best", "last"]) same(program, "again", run, `${run}, again`);
      const { step, steps, modelStep } = record(program, "whole", "best");
      assert.ok(Number(step) < Number(steps), `early stopping ended it: ${String(step)} of ${String(steps)}`);
      assert.ok(Number(modelStep) < Number(step), `an earlier step is best: ${String(modelStep)} of ${String(step)}`);

      for (const run of ["best", "last"]) {
        const resumed = await killedAgainAndAgain(program, backend, "killed", run, 2);
        assert.ok(resumed.length === 2, `it was killed under way: ${resumed.join(", ")}`);
        same(program, "killed", run, `${run}, killed and resumed from ${resumed.join(", ")}`);
      }

      // Killed after the last checkpoint, before the model was written.
      for (const run of ["best", "last"]) {
        rmSync(program.path("..", "killed", run, "model.safetensors"));
        writeFileSync(program.path("..", "killed", run, "run.json"), JSON.stringify({ ...record(program, "killed", run), status: "running", modelStep: null, results: {} }));
        const ended = await program.run("train", run, "--quiet", "--backend", backend, "--runs-dir", "killed");
        assert.is(ended.code, 0, ended.err);
        same(program, "killed", run, `${run}, killed at its end`);
      }
    }));
}

test.run();
