// `prove` on programs that were trained for a moment: what is exact is found to be, what is not is told, and what was changed by hand fails.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readModel, writeModel } from "../../runtime/checkpoint/checkpoint.js";
import { withProgram, type Placed } from "../support/compiled.js";
import { inFolder, sop } from "../support/sop.js";

const head = `data rows = synthetic("spirals", rows: 200, seed: 0) {
  fields point: f32[2], label: class[2]
}
model Net(width: int, k: int = 1) overparam k {
  input  point: f32[2]
  output kind = point |> dense(width) |> relu |> dense(width) |> rms_norm |> tanh |> dense(2)
}
recipe quick {
  loss cross_entropy(kind, label)
  optimizer adam(lr: 0.01)
  batch 32
  epochs 1
}
train left: Net(width: 6) on rows { use quick; seed 1 }
train right: Net(width: 10, k: 3) on rows { use quick; seed 2 }
`;

const fused = `${head}
model Both = Net(width: 16) fuse from left, right
train both: Both on rows { use quick }

model Uneven = Net(width: 16, k: 2) fuse from left, right { weights: [0.3, 0.7] }
train uneven: Uneven on rows { use quick }

model Twice = Net(width: 12) fuse from left, left { new_weights: antisymmetric(0.1) }
train twice: Twice on rows { use quick }

model Joint = Net(width: 16) fuse from left, right { norms: joint }
train joint: Joint on rows { use quick }

model Deep(depth: int) {
  input point: f32[2]
  x = point |> dense(6) |> relu
  repeat depth { x = x + (x |> layer_norm |> dense(12) |> relu |> dense(6)) }
  output kind = x |> dense(2)
}
train shallow: Deep(depth: 1) on rows { use quick }
model Deeper = Deep(depth: 3) fuse from shallow { new_weights: normal(0.1) }
train deeper: Deeper on rows { use quick }
train thrice: Deeper overparam 3 on rows { use quick }
`;

interface Proof {
  readonly holds: boolean;
  readonly rows: number;
  readonly findings: readonly { readonly what: string; readonly place: string; readonly difference: number | null; readonly bound: number | null; readonly verdict: string }[];
}

function proofOf({ path }: Placed, run: string): Proof {
  return JSON.parse(readFileSync(path(run, "proof.json"), "utf8")) as Proof;
}

const backend = ["--backend", "cpu"] as const;

test("fused models are the means of their sources, joint norms are not, and what was changed by hand fails", () =>
  withProgram(fused, {}, async (program) => {
    const early = await program.run("prove", "both", ...backend);
    assert.is(early.code, 1);
    assert.match(early.err, /`both` starts from `left`, which is not trained[^]*help: Run `sop train model\.sop left` first/);

    const trained = await program.run("train", "left", "right", "shallow", "--quiet", ...backend);
    assert.is(trained.code, 0, trained.err);
    const proved = await program.run("prove", ...backend);
    assert.is(proved.code, 0, proved.err);
    assert.match(proved.out, /^both: kind is the mean of left, right: \|F - m\| \/ \|m\| is [\d.e-]+, rounding explains [\d.e-]+: holds$/m);
    assert.match(proved.out, /^uneven: kind is the mean of 0\.3 left, 0\.7 right: .*: holds$/m);
    assert.match(proved.out, /^uneven: is not trained to its end, so that no kernel set is folded \(not measured\)$/m);
    // Layers that it has beyond its source's begin as the identity.
    for (const run of ["deeper", "thrice"]) assert.match(proved.out, new RegExp(`^${run}: kind is the mean of shallow: .*: holds$`, "m"));
    assert.match(proved.out, /^twice: kind is the mean of left, left: .*: holds$/m);
    assert.match(proved.out, /^joint: kind is not the mean of left, right: `rms_norm` has statistics of all features together; write `norms: exact`: \|F - m\| \/ \|m\| is [\d.e-]+$/m);
    assert.match(proved.out, /^right: kind of the folded model is that of kernels mixed at 1\/k, bit for bit: .*: holds$/m);

    for (const run of ["both", "uneven", "twice"]) {
      const { holds, rows, findings } = proofOf(program, run);
      assert.ok(holds);
      assert.is(rows, 160);
      const [output, loss] = findings;
      assert.ok((output?.difference ?? 1) <= 2e-6, `${run}: ${output?.difference}`);
      assert.ok((output?.bound ?? 0) > 1e-6 && (output?.bound ?? 1) < 1e-4, `${run}: ${output?.bound}`);
      assert.is(output?.place, "model.sop:6");
      assert.is(loss?.what, "loss cross_entropy");
      // Copies of one model have its loss; the mean of two models has less.
      if (run === "twice") assert.ok(Math.abs(loss?.difference ?? 1) < 1e-6);
      else assert.ok((loss?.difference ?? 1) < -1e-6);
    }
    const [joint] = proofOf(program, "joint").findings;
    assert.is(joint?.verdict, "not claimed");
    assert.ok((joint?.difference ?? 0) > 1e-2);
    assert.match(readFileSync(program.path("both", "proof.md"), "utf8"), /^\| kind \| model\.sop:6 \| is the mean of left, right \|.*\| holds \|$/m);

    const before = readFileSync(program.path("both", "proof.json"));
    const again = await program.run("prove", "both", ...backend);
    assert.is(again.out, proved.out.split("\n").filter((line) => line.startsWith("both: ")).join("\n") + "\n");
    assert.equal(readFileSync(program.path("both", "proof.json")), before);

    // A folder that has only a proof is no obstacle to training.
    const later = await program.run("train", "both", "--quiet", ...backend);
    assert.is(later.code, 0, later.err);
    assert.equal(readFileSync(program.path("both", "proof.json")), before);

    const file = join(program.folder, "program.mjs");
    const text = readFileSync(file, "utf8");
    const factor = /(source: "left", weight: "dense_3\.kernel", factor: )[\d.]+/;
    assert.match(text, factor);
    writeFileSync(file, text.replace(factor, (_, start: string) => `${start}0.51`));
    const wrong = await program.run("prove", "both", ...backend);
    assert.is(wrong.code, 1, wrong.out);
    assert.match(wrong.out, /^both: kind is the mean of left, right: .*: fails$/m);
    assert.match(wrong.err, /^error: `kind` \(model\.sop:6\) of `both` is not what is claimed: \|F - m\| \/ \|m\| is [\d.e-]+, rounding explains [\d.e-]+\.[^]*help: Look at `.*proof\.md`/m);
    assert.not(proofOf(program, "both").holds);
  }));

test("a folded model that was changed by hand is none of its kernels, and damaged ones are not read", () =>
  withProgram(head, {}, async (program) => {
    const early = await program.run("prove", ...backend);
    assert.is(early.code, 1);
    assert.match(early.err, /`right` has not been trained[^]*help: Run `sop train model\.sop right`/);
    const trained = await program.run("train", "--quiet", ...backend);
    assert.is(trained.code, 0, trained.err);
    const proved = await program.run("prove", ...backend);
    assert.is(proved.code, 0, proved.err);
    assert.is(proved.out.trim().split("\n").length, 2);
    assert.is(proofOf(program, "right").findings[0]?.difference, 0);
    assert.not(existsSync(program.path("left", "proof.json")));
    const nothing = await program.run("prove", "left", ...backend);
    assert.is(nothing.code, 0, nothing.err);
    assert.match(nothing.out, /^left: starts from no other run and has no kernel sets; nothing is claimed$/m);

    const path = program.path("right", "model.safetensors");
    const model = readModel(path);
    if (model === null) throw new Error("no model");
    const kernel = model.tensors.get("dense_2.kernel");
    if (kernel === undefined) throw new Error("no kernel");
    const changed = new Map([...model.tensors, ["dense_2.kernel", { ...kernel, values: Float32Array.from(kernel.values, (value, at) => Number(value) * (at === 7 ? 1.01 : 1)) }]]);
    const bytes = readFileSync(path);
    writeModel(path, model.identity, changed);
    const wrong = await program.run("prove", ...backend);
    assert.is(wrong.code, 1, wrong.out);
    assert.match(wrong.out, /^right: dense_2\.kernel and 2 other folded kernels are the means of theirs: .*: fails$/m);
    assert.match(wrong.err, /^error: `kind` of `right` is not what is claimed: .* 1 more claim failed\./m);

    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const damaged = await program.run("prove", ...backend);
    assert.is(damaged.code, 1);
    assert.match(damaged.err, /model\.safetensors` is damaged/);
  }));

const outputs = (body: string, losses: string): string => `data rows = synthetic("spirals", rows: 64, seed: 0) {
  fields point: f32[2], label: class[2]
}
model Net(width: int) {
  input  point: f32[2]
  ${body}
}
train a: Net(width: 4) on rows { loss ${losses}; optimizer sgd(0.1); batch 32; steps 2; seed 1 }
train b: Net(width: 4) on rows { loss ${losses}; optimizer sgd(0.1); batch 32; steps 2; seed 2 }
`;

test("the command: sources from files, functions of means, and losses that are not convex in a mean", () =>
  inFolder({}, (folder) => {
    const base = outputs("hidden = point |> dense(width) |> relu\n  output logits = hidden |> dense(2)\n  output odds = hidden |> dense(2) |> softmax", "2 * cross_entropy(logits, label) + 0.5 * mse(odds, point)");
    const source = `${base}
model Both = Net(width: 8) fuse from a, checkpoint("runs/b/model.safetensors") as Net(width: 4)
train both: Both on rows { loss 2 * cross_entropy(logits, label) + 0.5 * mse(odds, point); optimizer sgd(0.1); batch 32; steps 2 }
train convex: Both on rows { loss 2 * cross_entropy(logits, label) + 0.5 * mse(logits, point); optimizer sgd(0.1); batch 32; steps 2 }
`;
    writeFileSync(join(folder, "m.sop"), source);
    const trained = sop(folder, ["train", "m.sop", "a", "b", "--quiet", "--backend", "cpu"]);
    assert.is(trained.status, 0, trained.stderr);
    const proved = sop(folder, ["prove", "m.sop", "both", "convex", "--backend", "cpu"]);
    assert.is(proved.status, 0, proved.stderr);
    assert.match(proved.stdout, /^both: logits is the mean of a, runs\/b\/model\.safetensors: .*: holds$/m);
    assert.match(proved.stdout, /^both: odds is not the mean of a, runs\/b\/model\.safetensors; what softmax reads \(m\.sop:8\) is, which is not measured: it is no output: \|F - m\| \/ \|m\| is [\d.e-]+$/m);
    assert.not.match(proved.stdout, /^both: loss/m);
    assert.match(proved.stdout, /^convex: the loss of convex is at most the mean of the sources': .*: holds$/m);
    const unknown = sop(folder, ["prove", "m.sop", "bath"]);
    assert.is(unknown.status, 2);
    assert.match(unknown.stderr, /has no run `bath`[^]*Did you mean `both`/);

    const built = sop(folder, ["build", "m.sop", "-o", "out", "--emit", "provenance"]);
    assert.is(built.status, 0, built.stderr);
    const text = readFileSync(join(folder, "out", "program.provenance"), "utf8");
    assert.match(text, /^\/\/ both: Both\nsource 0: a\nsource 1: runs\/b\/model\.safetensors\n/);
    assert.match(text, /^weight dense\.kernel /m);
    assert.match(text, /^%\d+ relu relu \(m\.sop:6\) .*: the sources' own$/m);
    assert.match(text, /^output logits: is the mean of the sources' outputs$/m);
  }));

test.run();
