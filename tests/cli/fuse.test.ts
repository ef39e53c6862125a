// `fuse from` with the real command: files of weights as sources, sources in other files, and programs that change under their runs.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, sop, type Outcome } from "../support/sop.js";

const shared = (seed = 2): string => `data few = synthetic("digits", rows: 200, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

model Net(width: int) {
  input  image: f32[28, 28, 1]
  output y: f32[10] = image |> avg_pool(4) |> flatten |> dense(width) |> layer_norm |> relu |> dense(10)
}

recipe quick {
  loss      cross_entropy(y, label)
  optimizer adam(lr: warmup_cosine(peak: 1e-2, warmup: 10%))
  batch     32
  steps     6
}

train left: Net(width: 4) on few { use quick; seed 1 }
train right: Net(width: 4) on few { use quick; seed ${seed} }
model Wide = Net(width: 8) fuse from left, right
train wide: Wide on few { use quick; seed 3 }
`;

const cpu = ["--quiet", "--backend", "cpu"] as const;

function fine(outcome: Outcome): string {
  assert.is(outcome.status, 0, outcome.stderr + outcome.stdout);
  return outcome.stdout;
}

function refused(outcome: Outcome, expected: RegExp): void {
  assert.is(outcome.status, 1, outcome.stderr + outcome.stdout);
  assert.match(outcome.stderr, expected);
  assert.match(outcome.stderr, /\nhelp: /);
  assert.not.match(outcome.stderr, /\n\s+at .*:\d+:\d+|fault of sop/);
}

test("a fused run is evaluated, applied, exported, and its file is a source again", () =>
  inFolder({ "grow.sop": shared() }, (folder) => {
    assert.match(fine(sop(folder, ["train", "grow.sop", "--plan"])), /left .*6 steps\n.*right .*6 steps\n.*wide .*starts from left, right; 6 steps/);
    assert.not.ok(existsSync(join(folder, "runs")));
    writeFileSync(join(folder, "one.sop"), shared().replace("steps     6", "steps     1"));
    assert.match(fine(sop(folder, ["train", "one.sop", "left", "--plan"])), /left +1 step\n/);
    fine(sop(folder, ["train", "grow.sop", ...cpu]));
    const [model, aside] = [join(folder, "runs/wide/model.safetensors"), join(folder, "aside.safetensors")];
    renameSync(model, aside);
    assert.match(fine(sop(folder, ["train", "grow.sop", "--plan"])), /wide +has taken its 6 steps, and its result is left to be made\n/);
    renameSync(aside, model);
    assert.match(fine(sop(folder, ["eval", "grow.sop", "wide"])), /wide: test .*loss/);
    assert.is(fine(sop(folder, ["predict", "grow.sop", "wide", "--split", "test"])).trim().split("\n").length, 21);
    fine(sop(folder, ["export", "grow.sop", "wide", "--to", "safetensors", "-o", "wide.safetensors"]));
    const bytes = readFileSync(join(folder, "wide.safetensors"));
    assert.ok(bytes.includes(String.raw`"segments":"{\"layer_norm\":[0,4,1,4]}"`), "what the norm keeps apart is in the file");

    const again = (source: string): string => `import { few, quick, Net, Wide } from "./grow.sop"\nmodel Again = Net(width: 16) fuse from checkpoint("wide.safetensors") as ${source}, checkpoint("wide.safetensors") as ${source} { new_weights: antisymmetric(0.1) }\ntrain again: Again on few { use quick; seed 4 }\n`;
    writeFileSync(join(folder, "again.sop"), again("Wide"));
    writeFileSync(join(folder, "plain.sop"), again("Net(width: 8)").replaceAll("again", "plain"));
    writeFileSync(join(folder, "small.sop"), again("Net(width: 4)").replace("width: 16", "width: 8").replaceAll("again", "small"));
    assert.match(fine(sop(folder, ["train", "again.sop", ...cpu])), /again: test loss/);
    refused(sop(folder, ["train", "plain.sop", ...cpu]), /`wide\.safetensors` is of a model whose norms keep other sources apart than those of `Net`/);
    refused(sop(folder, ["train", "small.sop", ...cpu]), /`wide\.safetensors` has `dense\.kernel` as F32\[49, 8\], expected F32\[49, 4\]/);

    // The file is part of what the run is.
    const other = Buffer.from(bytes);
    writeFileSync(join(folder, "wide.safetensors"), readFileSync(join(folder, "runs", "again", "model.safetensors")));
    refused(sop(folder, ["train", "again.sop", ...cpu]), /`wide\.safetensors` (has `dense\.kernel`|is of a model)/);
    for (const [content, says] of [
      [other.subarray(0, 700), /truncated/],
      [readFileSync(join(folder, "runs/left/checkpoints/step-00000006.safetensors")), /a checkpoint for going on with a run[^]*name the run itself: `name at step 1000`/],
      [Buffer.from("no weights"), /is not a safetensors file/],
      [Buffer.from(other.map((byte, at) => (at === other.length - 2 ? byte ^ 1 : byte))), /damaged/],
    ] as const) {
      writeFileSync(join(folder, "wide.safetensors"), content);
      refused(sop(folder, ["train", "again.sop", ...cpu]), says);
    }
  }));

test("the summary says how copies of fused kernels begin", () =>
  inFolder({ "grow.sop": shared().replace("train wide: Wide", "train wide: Wide overparam 2").replace("train left: Net(width: 4)", "train left: Net(width: 4) overparam 2") }, (folder) => {
    const said = fine(sop(folder, ["summary", "grow.sop"]));
    assert.match(said, /^Net\(width: 4\).*\n[^]*init centred, spread 0\.1,/m);
    assert.match(said.slice(said.indexOf("Wide(width: 8)  (wide)")), /init centred, spread 0,/);
  }));

test("sources in another folder's file have their runs there, and what changes of a source is another program", () =>
  inFolder({ "base/grow.sop": shared(), "top/top.sop": 'import { few, quick, Net, left, right } from "../base/grow.sop"\nmodel Top = Net(width: 8) fuse from left at step 3, right\ntrain top: Top on few { use quick; seed 5 }\n' }, (folder) => {
    fine(sop(folder, ["train", "top/top.sop", ...cpu]));
    assert.ok(existsSync(join(folder, "base/runs/left/model-step-3.safetensors")));
    assert.ok(!existsSync(join(folder, "base/runs/left/model.safetensors")), "no more of it is needed");
    assert.ok(existsSync(join(folder, "top/runs/top/model.safetensors")) && !existsSync(join(folder, "top/runs/left")));
    assert.match(fine(sop(folder, ["train", "base/grow.sop", ...cpu])), /left: test loss[^]*wide: test loss/);
    assert.match(fine(sop(folder, ["train", "top/top.sop", "--plan"])), /left +is done as far as step 3\n +right +is done\n +top +is done/);

    // Another seed of a source: nothing that starts from it is what it was.
    writeFileSync(join(folder, "base/grow.sop"), shared(22));
    refused(sop(folder, ["train", "base/grow.sop", ...cpu]), /runs\/right` holds a finished run of another program.*\nhelp: Run `sop train \S*grow\.sop right wide --fresh`, which moves the old folders aside/);
    fine(sop(folder, ["train", "base/grow.sop", "right", "--fresh", ...cpu]));
    refused(sop(folder, ["train", "base/grow.sop", "wide", ...cpu]), /runs\/wide` holds a finished run of another program/);
    refused(sop(folder, ["train", "top/top.sop", ...cpu]), /runs\/top` holds a finished run of another program/);
    fine(sop(folder, ["train", "base/grow.sop", "wide", "--fresh", ...cpu]));
    // And other data of all of them.
    writeFileSync(join(folder, "base/grow.sop"), shared(22).replace("rows: 200", "rows: 220"));
    refused(sop(folder, ["train", "base/grow.sop", "wide", ...cpu]), /runs\/left` holds a finished run of another program/);
  }));

test.run();
