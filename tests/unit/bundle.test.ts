// The bundle of a program runs alone: in an empty folder, without node_modules.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle } from "../../compiler/cli/bundle.js";
import { compile } from "../../compiler/compile.js";
import { memoryHost } from "../support/host.js";

const source = `data digits = synthetic("digits", rows: 200) {
  fields  image: f32[28, 28, 1], label: class[10]
  scale   image by 1/255
  split   train 80%, valid 10%, test 10%
}

model Mlp overparam 2 {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(8) |> batch_norm |> relu |> dense(10)
}

train small: Mlp on digits {
  loss       cross_entropy(digit, label)
  metrics    accuracy(digit, label)
  optimizer  adamw(lr: warmup_cosine(peak: 1e-2, warmup: 5%))
  batch      32
  steps      8
}
`;

test("a bundle trains, says so in its help, and is the same each time", async () => {
  const { value } = await compile("m.sop", memoryHost({ "m.sop": source }), { verify: true, dumpAfter: null, outDirectoryToSource: "." });
  if (value === null) throw new Error("the source has errors");
  const runtime = fileURLToPath(new URL("../../runtime/index.ts", import.meta.url));
  const bundled = await bundle({ ...value, runtime });
  assert.equal(await bundle({ ...value, runtime }), bundled);
  assert.ok((JSON.parse(bundled.map) as { readonly sources: readonly string[] }).sources.some((path) => path.endsWith("m.sop")));

  const folder = mkdtempSync(join(tmpdir(), "sop-bundle-"));
  try {
    writeFileSync(join(folder, "program.mjs"), bundled.program);
    const run = (...args: readonly string[]): string => execFileSync(process.execPath, [join(folder, "program.mjs"), ...args], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    assert.match(run("--help"), /small/);
    assert.match(run("train"), /test accuracy/);
    assert.match(run("eval", "small"), /accuracy/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
