// What a run that starts from others takes from their training beside the weights: whether they were still moving, and what their optimizers kept.

import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeSafetensors } from "../../runtime/checkpoint/safetensors.js";
import { withProgram } from "../support/compiled.js";
import { checkpoint, cpu, done, packages, perceptron } from "../support/fused-runs.js";
import { bytes, record, same } from "../support/killed-runs.js";
import { smallData, smallFiles } from "../support/small-data.js";

test("sources that were still moving are named before the first step, in the plan, and in the log", () => {
  const source = `${perceptron("1e-2")}}
train short: Net(width: 4) on rows { use all; optimizer adam(lr: 1e-2); steps 2 }
train long: Net(width: 4) on rows { use all; seed 1; evaluate every 60 steps }
model Wide = Net(width: 12) fuse from short, long, long at step 8
train wide: Wide on rows { use all; steps 3; checkpoint every 1 steps }
train again: Wide on rows { use all; steps 3; seed 1 }
model FromFile = Net(width: 8) fuse from checkpoint("short.safetensors") as Net(width: 4), long
train from_file: FromFile on rows { use all; steps 3 }
`;
  return withProgram(source, smallFiles(150), async (program) => {
    const warned = (said: string): readonly string[] => [...said.matchAll(/^warning: `\w+` starts from `(.+)`, which was still moving: .* (\d\.\d\d) of .*, expected below 0\.25\. /gm)].map(([, name = ""]) => name);
    const log = (run: string): Readonly<Record<string, number>> => JSON.parse(readFileSync(program.path(run, "metrics.jsonl"), "utf8").split("\n")[0] ?? "");
    assert.equal(warned(await done(program, "train", "wide", ...cpu)), ["short", "long at step 8"]);
    const { step, ...paces } = log("wide");
    assert.equal([step, ...Object.keys(paces)], [0, "pace.short", "pace.long", "pace.long at step 8"]);
    assert.equal(Object.values(paces).map((pace) => pace >= 0.25), [true, false, true]);

    // A run under way has begun already; one without a log, or from a file, says nothing.
    writeFileSync(program.path("wide", "run.json"), readFileSync(program.path("wide", "run.json"), "utf8").replace('"finished"', '"interrupted"'));
    writeFileSync(program.path("..", "short.safetensors"), bytes(program, "runs", "short"));
    assert.equal(warned(await done(program, "train", "again", "wide", "from_file", "--plan", "--backend", "cpu")), ["short", "long at step 8"]);
    rmSync(program.path("short", "metrics.jsonl"));
    const said = await done(program, "train", "wide", "again", "from_file", ...cpu);
    assert.match(said, /wide: goes on from step 3/);
    assert.equal(warned(said), ["long at step 8"]);
    assert.equal(Object.keys(log("from_file")), ["step", "pace.long"]);
  });
});

test("a fused optimizer begins with what those of its sources kept, and goes on with it", () => {
  const source = `${smallData}
model Net(width: int) {
  input image: f32[64]
  output y: f32[1] = image |> dense(width) |> relu |> dense(width) |> relu |> dense(1)
}
recipe all {
  loss       mse(y |> reshape([]), size)
  optimizer  adam(lr: warmup_cosine(peak: 1e-2, warmup: 10%), betas: [0.8, 0.95])
  batch      16
  steps      9
  checkpoint every 1 steps, keep 9
}
train left: Net(width: 2) overparam 2 on rows { use all; seed 1 }
train right: Net(width: 3) on rows { use all; optimizer adamw(lr: 0.3, betas: [0.8, 0.95]); seed 2; evaluate every 1 steps; checkpoint every 1 steps, keep 1, best valid.loss }
model Wide = Net(width: 5) fuse from left, right { weights: [0.25, 0.75], moments: fused }
train wide: Wide overparam 2 on rows { use all; seed 3 }
model Plain = Net(width: 5) fuse from left, right { weights: [0.25, 0.75] }
train plain: Plain overparam 2 on rows { use all; seed 3 }
`;
  return withProgram(source, smallFiles(150), async (program) => {
    await done(program, "train", ...cpu, "--runs-dir", "whole");
    const stored = (run: string, file: string) => decodeSafetensors(readFileSync(program.path("..", "whole", run, "checkpoints", `${file}.safetensors`)), file);
    const { modelStep } = record(program, "whole", "right");
    assert.ok(typeof modelStep === "number" && modelStep < 9, "the best step of `right` is not its last");
    const [left, right, wide, plain] = [stored("left", "step-00000009"), stored("right", "best"), stored("wide", "step-00000001"), stored("plain", "step-00000001")];
    assert.is(right.metadata.get("step"), String(modelStep));
    const { counts } = JSON.parse(wide.metadata.get("state") ?? "{}");
    assert.equal(new Set(Object.values(counts)), new Set([modelStep]));
    const numbers = ({ tensors }: typeof left, name: string): readonly number[] => Array.from(tensors.get(name)?.values ?? []);
    const halves = (values: readonly number[]): readonly (readonly number[])[] => [values.slice(0, values.length / 2), values.slice(values.length / 2)];
    // The first moments of the two copies add up to that of the gradient; 9 steps of `left` are brought to those of `right`.
    const brought = (beta: number): number => (1 - beta ** modelStep) / (1 - beta ** 9);
    const near = (found: readonly number[], expected: readonly number[], what: string): void => {
      const size = Math.max(...expected.map(Math.abs));
      assert.is(found.length, expected.length, what);
      for (const [i, value] of found.entries()) assert.ok(Math.abs(value - (expected[i] ?? NaN)) <= 2e-5 * size, `${what} ${i}: ${value}, expected ${expected[i]}`);
    };
    for (const [weight, of] of [["dense_3.kernel", (a: readonly number[], b: readonly number[]) => [...a, ...b]], ["dense_3.bias", (a: readonly number[], b: readonly number[]) => a.map((value, i) => 0.25 * value + 0.75 * (b[i] ?? NaN))], ["dense.bias", (a: readonly number[], b: readonly number[], power: number) => [...a.map((value) => 0.25 ** power * value), ...b.map((value) => 0.75 ** power * value)]]] as const) {
      const ofLeft = (slot: string): readonly number[] => {
        const values = numbers(left, `optimizer/${slot}/${weight}`);
        const [one = [], two = []] = halves(values);
        return slot === "first" && weight.endsWith("kernel") ? one.map((value, i) => value + (two[i] ?? NaN)) : values;
      };
      // What one step adds to zeros, it adds to what was there times beta.
      for (const [slot, beta, power] of [["first", 0.8, 1], ["second", 0.95, 2]] as const) {
        const name = `optimizer/${slot}/${weight}`;
        const own = numbers(plain, name);
        const began = numbers(wide, name).map((value, i) => (value - (own[i] ?? NaN)) / beta);
        const all = of(ofLeft(slot).map((value) => brought(beta) * value), numbers(right, name), power);
        near(began, slot === "first" && weight.endsWith("kernel") ? [...all, ...all].map((value) => value / 2) : all, name);
      }
    }
    assert.match(await done(program, "prove", "wide", "--backend", "cpu", "--runs-dir", "whole"), /^wide: y is the mean of 0\.25 left, 0\.75 right: .*: holds$/m);

    symlinkSync(packages, program.path("..", "node_modules"));
    for (const backend of ["cpu", "onnx"]) {
      const flags = ["--quiet", "--backend", backend, "--runs-dir"];
      if (backend === "onnx") await done(program, "train", ...flags, "whole", "--fresh");
      await done(program, "train", "wide", ...flags, backend, "--jobs", "2");
      await done(program, "train", "wide", "--alone", "--until", "4", "--fresh", ...flags, backend);
      assert.match(await done(program, "train", "wide", "--alone", ...flags, backend), /goes on from step 4/);
      same(program, backend, "wide", backend);
      assert.ok(checkpoint(program, backend, "wide", 9).equals(checkpoint(program, "whole", "wide", 9)), backend);
    }

    rmSync(program.path("..", "cpu", "left", "checkpoints"), { recursive: true });
    assert.match(await done(program, "train", "wide", ...cpu, "--runs-dir", "cpu"), /wide: is done/);
    const lost = await program.run("train", "wide", "--fresh", ...cpu, "--runs-dir", "cpu");
    assert.is(lost.code, 1, lost.err);
    assert.match(lost.err, /`wide` begins with the moments of `left`, and `.*step-00000009\.safetensors` is missing\.\nhelp: Run `sop train model\.sop left --fresh`\. Or write `moments: fresh`\./);
  });
});

test.run();
