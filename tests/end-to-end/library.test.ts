// The examples of the standard library, as `sop explain` shows them, and its models in their real form: compiled, checked by TypeScript, and two
// steps of training on the backend `onnx`.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { libraryEntries } from "../../compiler/services/reference/library.js";
import type { Run } from "../../runtime/index.js";
import { runProgram } from "../../runtime/program/main.js";
import { compiled, runsOf } from "../support/compiled.js";
import { memoryHost } from "../support/host.js";
import { draws, jsonLines, play, times, tokens } from "../support/made-data.js";
import { typeCheck } from "../support/type-check.js";

const folder = mkdtempSync(join(tmpdir(), "sop-library-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const numbers = draws("library");
writeFileSync(join(folder, "plays.txt"), play(20_000));
writeFileSync(join(folder, "pairs.jsonl"), jsonLines(times(80, () => ({ source: tokens(numbers, 64, 64, 512), target: tokens(numbers, 32, 32, 512) }))));
writeFileSync(join(folder, "reviews.jsonl"), jsonLines(times(100, (row) => ({ tokens: tokens(numbers, 50, 50, 10_000), label: row % 3 === 0 ? "good" : "bad" }))));

/** Takes two steps of each run; gives what was said of it, by its name. */
async function smoke(runs: readonly Run[]): Promise<Readonly<Record<string, string>>> {
  const said: Record<string, string> = {};
  let wrong = "";
  const output = {
    result: (line: string): void => {
      const [, name = "", what = ""] = /^([^:]+): (.*)$/.exec(line) ?? [];
      said[name] = what;
    },
    terminal: { write: (text: string): boolean => ((wrong += text), true) },
  };
  const code = await runProgram(["train", "--smoke", "--quiet", "--backend", "onnx", "--data-dir", folder, "--runs-dir", folder], { source: "model.sop", directory: ".", runs }, folder, "program.mjs", output);
  assert.is(code, 0, wrong);
  return said;
}

/** Two steps, and losses of the splits that there are, all of them numbers. */
const fine = /^2 steps, (?:(?:valid|test) loss [\d.e-]+, )*fine \(smoke\)$/;

/** The same data are loaded once, however many programs declare them. */
function sharingData(runs: readonly Run[]): readonly Run[] {
  const known = new Map<string, Run["dataset"]>();
  return runs.map((run) => {
    const key = JSON.stringify({ ...run.dataset, name: "" });
    const dataset = known.get(key) ?? run.dataset;
    known.set(key, dataset);
    return { ...run, dataset };
  });
}

const examples = libraryEntries(memoryHost({})).flatMap(({ word, kind, example, title }) => (kind === "library-name" && example !== null ? [{ name: `${word}_${/std\/(\w+)/.exec(title)?.[1] ?? ""}`, program: example.program }] : []));

test("every example trains", async () => {
  assert.ok(examples.length > 20);
  const runs: Run[] = [];
  for (const { name, program } of examples) {
    const [run, ...more] = Object.values(await runsOf(program));
    if (run === undefined || more.length > 0) throw new Error(`${name} has not one run`);
    runs.push({ ...run, name });
  }
  const said = await smoke(sharingData(runs));
  for (const { name } of examples) assert.match(said[name] ?? "nothing", fine, name);
});

test("every example passes the checks of TypeScript", async () => {
  const programs: Record<string, string> = {};
  for (const { name, program } of examples) programs[`${name}.ts`] = (await compiled(program)).typescript;
  assert.equal(typeCheck(programs), []);
});

/** Models as they are published, on images of 32 by 32 and texts of bytes: depth, widths and heads are the real ones where a processor allows it. */
const real = `import { Gpt, T5 } from "std/transformer"
import { Resnet20, Vit } from "std/vision"

data scenes = npy("images.npy", "kinds.npy") {
  fields image: f32[32, 32, 3], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 20%
}

data plays = text("plays.txt", unit: bytes) {
  fields tokens: i32[32] below 256, target: i32[32] below 256 from next
  split  train 90%, valid 10%
}

data pairs = jsonl("pairs.jsonl") {
  fields source: i32[64] below 512,
         target: i32[32] below 512,
         shifted: i32[32] below 512 from shift("target")
  split  train 80%, valid 20%
}

recipe kinds {
  loss      cross_entropy(kind, label)
  metrics   accuracy(kind, label)
  optimizer adamw(lr: 1e-3)
  batch     16
  epochs    1
}

recipe sequences {
  loss      cross_entropy(next, target)
  optimizer adamw(lr: 1e-3)
  batch     4
  epochs    1
}

/// All 20 layers with both ways around a block.
train resnet20: Resnet20 on scenes { use kinds }

train resnet20_paper: Resnet20(projection: false) on scenes { use kinds }

train resnet20_set: Resnet20(k: 2) on scenes { use kinds }

/// DeiT-Ti: 12 layers, 3 heads of size 64.
train vit: Vit(d: 192, heads: 3, depth: 12, drop: 0.1) on scenes { use kinds }

/// GPT-2's 12 layers and 12 heads, each a quarter of its size.
train gpt: Gpt(256, d: 192, heads: 12, depth: 12) on plays { use sequences }

/// T5-small's 6 and 6 layers and 8 heads, each half of its size.
train t5: T5(512, d: 256, heads: 8, depth: 6) on pairs { use sequences }
`;

/** An npy file (NumPy's format 1.0). */
function npy(descr: string, shape: readonly number[], content: Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117) + "\n";
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), Buffer.from([header.length % 256, Math.floor(header.length / 256)]), Buffer.from(header), content]);
}

test("a residual network, a Vision Transformer, a GPT and a T5 of real depth train, one of them with kernel sets", async () => {
  const labels = Uint8Array.from({ length: 60 }, (_, row) => row % 10);
  const images = Uint8Array.from({ length: 60 * 3072 }, () => numbers.below(256));
  writeFileSync(join(folder, "images.npy"), npy("|u1", [60, 32, 32, 3], images));
  writeFileSync(join(folder, "kinds.npy"), npy("|u1", [60], labels));
  const { typescript } = await compiled(real);
  assert.equal(typeCheck({ "real.ts": typescript }), []);
  const said = await smoke(Object.values(await runsOf(real)));
  for (const name of ["resnet20", "resnet20_paper", "resnet20_set", "vit", "gpt", "t5"]) assert.match(said[name] ?? "nothing", fine, name);
});

test.run();
