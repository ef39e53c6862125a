// Runs that start from other runs, as programs of their own processes: at step 0 a fused run computes the mean of its sources; graphs of runs
// are the same bytes in one go, side by side, killed anywhere, and bit by bit as others come to need them.

import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeSafetensors } from "../../runtime/checkpoint/safetensors.js";
import { withProgram, type Placed } from "../support/compiled.js";
import { checkpoint, cpu, done, packages, perceptron } from "../support/fused-runs.js";
import { bytes, record, same } from "../support/killed-runs.js";
import { smallData, smallFiles } from "../support/small-data.js";

const model = `${smallData}
model Net(width: int) {
  input image: f32[64], words: i32[3] below 7
  a = image |> dense(width) |> layer_norm |> relu
  b = words |> embedding(7, width) |> flatten |> dense(width) |> gelu
  output y: f32[1] = concat(a, b) |> dense(width) |> relu |> dense(1)
}

recipe all {
  loss       mse(y |> reshape([]), size)
  optimizer  adam(lr: warmup_cosine(peak: 1e-2, warmup: 10%))
  batch      16
  steps      21
  checkpoint every 3 steps, keep 9
}

train left: Net(width: 4) on rows { use all; seed 1 }
train right: Net(width: 6) overparam 2 on rows { use all; seed 2 }
`;

const graph = `${model}
model Wide = Net(width: 10) fuse from left, right
train wide: Wide overparam 2 on rows { use all; seed 3 }

model Tree = Net(width: 14) fuse from wide, left at step 10 { moments: fused }
train tree: Tree on rows { use all; seed 4 }

model Head {
  input image: f32[64], words: i32[3] below 7
  output y: f32[1] = dense(relu(Wide(image, words)), 1)
}
train head: Head on rows { use all; seed 5 }
train frozen_head: FrozenHead on rows { use all; seed 5 }

model FrozenHead {
  input image: f32[64], words: i32[3] below 7
  output y: f32[1] = dense(relu(Wide(image, words) frozen), 1)
}
`;
const names = ["left", "right", "wide", "tree", "head", "frozen_head"];

/** A step whose rate is too small for any weight of 32 bits: the run ends as it began. */
const still = `${model}
recipe still { use all; optimizer sgd(lr: linear(1e-30, warmup: 1 steps)); steps 2 }
model Wide = Net(width: 10) fuse from left, right
train wide: Wide overparam 2 on rows { use still; seed 3 }
model Uneven = Net(width: 10) fuse from left, right { weights: [0.25, 0.75] }
train uneven: Uneven on rows { use still; seed 3 }
model Tree = Net(width: 18) fuse from wide, left, left at step 10
train tree: Tree on rows { use still; seed 4 }
model Self = Net(width: 8) fuse from left, left { new_weights: antisymmetric(0.3) }
train self: Self on rows { use still; seed 5 }
train alike: Same on rows { use still; seed 5 }
model Same = Net(width: 4) fuse from left at step 10
`;

/** Trains into the folder `killed`, killed whenever so many more checkpoints and models are there, wherever that is: a run leaves eight or nine. */
async function killedAnywhere(program: Placed, command: readonly string[], after: readonly number[]): Promise<void> {
  const written = (): number => names.reduce((sum, name) => sum + [".", "checkpoints"].map((folder) => program.path("..", "killed", name, folder)).reduce((count, path) => count + (existsSync(path) ? readdirSync(path).filter((file) => file.endsWith(".safetensors")).length : 0), 0), 0);
  for (let killed = 0; ; killed++) {
    const from = written();
    const started = program.start(...command, "--runs-dir", "killed");
    let over = false;
    void started.ended.then(() => (over = true));
    while (!over && written() < from + (after[killed] ?? Infinity)) await new Promise((resolve) => setTimeout(resolve, 2));
    if (!over) started.kill("SIGKILL");
    const { code, signal, err } = await started.ended;
    if (signal !== null) continue;
    assert.is(code, 0, err);
    assert.is(killed, after.length);
    return;
  }
}

test("at step 0 a fused run computes the mean of what its sources compute", () =>
  withProgram(still, smallFiles(200), async (program) => {
    await done(program, "train", ...cpu);
    const outputs = async (run: string): Promise<readonly number[]> => (await done(program, "predict", run, "--split", "test", "--backend", "cpu")).trim().split("\n").slice(1).map((line) => Number(line.split(",").at(-1)));
    const [left, right, early] = [await outputs("left"), await outputs("right"), await outputs("alike")];
    const near = async (run: string, expected: (row: number) => number): Promise<void> => {
      const found = await outputs(run);
      assert.ok(found.length > 20);
      for (const [row, value] of found.entries()) assert.ok(Math.abs(value - expected(row)) < 2e-6 * (1 + Math.abs(expected(row))), `${run}, row ${row}: ${value}, expected ${expected(row)}`);
    };
    const at = (values: readonly number[], row: number): number => values[row] ?? NaN;
    assert.ok(left.some((value, row) => Math.abs(value - at(right, row)) > 1e-2) && left.some((value, row) => Math.abs(value - at(early, row)) > 1e-2), "the sources differ");
    await near("wide", (row) => (at(left, row) + at(right, row)) / 2);
    await near("uneven", (row) => at(left, row) / 4 + (3 * at(right, row)) / 4);
    await near("tree", (row) => ((at(left, row) + at(right, row)) / 2 + at(left, row) + at(early, row)) / 3);
    await near("self", (row) => at(left, row));
  }));

test("a graph of runs gives the same bytes in one go, side by side, killed anywhere, and part by part", () =>
  withProgram(graph, smallFiles(200), async (program) => {
    const plan = await done(program, "train", "--plan", "--backend", "cpu", "--runs-dir", "whole");
    assert.match(plan, /tree +starts from wide, left at step 10 with their moments; 21 steps/);
    assert.not.ok(existsSync(program.path("..", "whole")), "a plan trains nothing");
    await done(program, "train", ...cpu, "--runs-dir", "whole");
    const equal = (runs: string, how: string): void => {
      for (const name of names) same(program, runs, name, `${how}: ${name}`);
      assert.ok(readFileSync(program.path("..", runs, "left", "model-step-10.safetensors")).equals(readFileSync(program.path("..", "whole", "left", "model-step-10.safetensors"))), how);
      assert.ok(checkpoint(program, runs, "tree", 21).equals(checkpoint(program, "whole", "tree", 21)), `${how}: the optimizer of tree`);
      assert.ok(checkpoint(program, runs, "left", 10).equals(checkpoint(program, "whole", "left", 10)), `${how}: the optimizer of left at step 10`);
    };
    await done(program, "train", ...cpu, "--runs-dir", "beside", "--jobs", "2");
    equal("beside", "side by side");

    // Part by part: `early` needs ten steps of `left` and no more.
    await done(program, "train", "wide", ...cpu, "--runs-dir", "parts");
    assert.not.ok(existsSync(program.path("..", "parts", "tree")));
    await done(program, "train", "tree", "head", ...cpu, "--runs-dir", "parts");
    await done(program, "train", ...cpu, "--runs-dir", "parts");
    equal("parts", "part by part");

    // A source that was trained beyond its step keeps no checkpoint of it: that is said before anything is trained.
    rmSync(program.path("..", "parts", "left", "checkpoints", "step-00000010.safetensors"));
    rmSync(program.path("..", "parts", "tree"), { recursive: true });
    rmSync(program.path("..", "parts", "right"), { recursive: true });
    const lost = await program.run("train", "tree", ...cpu, "--runs-dir", "parts");
    assert.is(lost.code, 1, lost.err);
    assert.match(lost.err, /error: `tree` begins with the moments of `left` at step 10, and `.*step-00000010\.safetensors` is missing: it was trained beyond that step before a run asked for it\.\nhelp: Run `sop train model\.sop left --fresh`\. Or write `moments: fresh`\./);
    assert.not.ok(existsSync(program.path("..", "parts", "right")), "nothing is trained");

    await killedAnywhere(program, ["train", ...cpu], [6, 8, 10, 12]);
    equal("killed", "killed");
  }));

test("on the backend onnx, too, a graph of runs that is killed gives the same bytes", () =>
  withProgram(graph, smallFiles(200), async (program) => {
    symlinkSync(packages, join(program.folder, "node_modules"));
    const command = ["train", "tree", "--quiet", "--backend", "onnx"];
    await done(program, ...command, "--runs-dir", "whole");
    // In `wide`, then in `tree`.
    await killedAnywhere(program, command, [20, 9]);
    for (const name of ["left", "right", "wide", "tree"]) same(program, "killed", name, `killed: ${name}`);
  }));

test("a step of a run is what a run of so many steps has, and a run goes on behind it with the same bytes", () => {
  const source = `${smallData}
model Net(width: int) {
  input image: f32[64]
  output y: f32[1] = image |> dense(width) |> batch_norm |> relu |> dropout(0.1) |> dense(1)
}
recipe all {
  loss      mse(y |> reshape([]), size)
  optimizer adam(lr: 1e-2)
  batch     16
}
train left: Net(width: 4) overparam 2 on rows { use all; seed 1; steps 20; checkpoint every 3 steps }
train short: Net(width: 4) overparam 2 on rows { use all; seed 1; steps 10; checkpoint every 3 steps }
model Wide = Net(width: 8) fuse from left at step 10, left at step 4
train wide: Wide on rows { use all; optimizer adam(lr: warmup_cosine(1e-2)); seed 2; steps 5 }
`;
  return withProgram(source, smallFiles(150), async (program) => {
    await done(program, "train", ...cpu, "--runs-dir", "whole");
    const tensors = (...path: readonly string[]) => decodeSafetensors(readFileSync(program.path("..", ...path)), "model").tensors;
    assert.equal(tensors("whole", "left", "model-step-10.safetensors"), tensors("whole", "short", "model.safetensors"));

    const said = await done(program, "train", "wide", ...cpu, "--runs-dir", "late");
    assert.match(said, /left: stands at step 10 of 20, as far as it is needed/);
    assert.is(record(program, "late", "left")["status"], "interrupted");
    assert.not.ok(existsSync(program.path("..", "late", "left", "model.safetensors")));
    same(program, "late", "wide", "with its source under way");
    assert.match(await done(program, "train", "wide", "--plan", ...cpu, "--runs-dir", "late"), /left +is done as far as step 10/);
    await done(program, "train", ...cpu, "--runs-dir", "late");
    for (const name of ["left", "short", "wide"]) same(program, "late", name, "later");

    // What is lost of a source is said, and nothing is trained from it.
    rmSync(program.path("..", "late", "left", "model-step-4.safetensors"));
    rmSync(program.path("..", "late", "wide"), { recursive: true });
    const lost = await program.run("train", "wide", ...cpu, "--runs-dir", "late");
    assert.is(lost.code, 1);
    assert.match(lost.err, /has no model of that step.*\nhelp: Run `sop train model\.sop left --fresh`/);
    const planned = await program.run("train", "wide", "--plan", ...cpu, "--runs-dir", "late");
    assert.is(planned.err, lost.err, "the plan says it, too");
    await done(program, "train", "left", "wide", "--fresh", ...cpu, "--runs-dir", "late");
    same(program, "late", "wide", "after its source was trained again");
    const model = program.path("..", "late", "left", "model-step-4.safetensors");
    const sound = readFileSync(model);
    for (const [bad, says] of [[sound.subarray(0, 900), /truncated|bytes/], [Buffer.from(sound.map((byte, at) => (at === sound.length - 2 ? byte ^ 1 : byte))), /damaged/], [Buffer.from("{}"), /expected a safetensors file/], [bytes(program, "late", "wide"), /is of another program/]] as const) {
      writeFileSync(model, bad);
      const { code, err } = await program.run("train", "wide", "--alone", "--fresh", ...cpu, "--runs-dir", "late");
      assert.is(code, 1, err);
      assert.match(err, says);
      assert.not.match(err, /\n\s+at .*:\d+:\d+|fault of sop/);
    }
    writeFileSync(model, sound);
    const alone = await program.run("train", "wide", "--alone", ...cpu, "--runs-dir", "nothing");
    assert.is(alone.code, 1);
    assert.match(alone.err, /`wide` starts from `left` at step 10, and/);
  });
});

test("a source that stops before the step that is asked of it says so", () => {
  const source = `${perceptron("1e-8")}  evaluate  every 2 steps
}
train left: Net(width: 4) on rows { use all; optimizer adam(lr: warmup_cosine(peak: 10)); stop when valid.loss stalls 4 steps }
model Wide = Net(width: 8) fuse from left at step 59, left
train wide: Wide on rows { use all }
`;
  return withProgram(source, smallFiles(150), async (program) => {
    const { code, err } = await program.run("train", ...cpu);
    assert.is(code, 1, err);
    assert.match(err, /`wide` starts from `left` at step 59, and `left` ended at step \d+\.\nhelp: Name an earlier step/);
  });
});

test("all of a graph takes two steps, in fresh folders that are gone afterwards", () =>
  withProgram(graph, smallFiles(200), async (program) => {
    const said = await done(program, "train", "--smoke", ...cpu);
    for (const name of names) assert.ok(said.includes(`${name}: 2 steps, `), said);
    assert.not.ok(existsSync(program.path()));
  }));

test.run();
