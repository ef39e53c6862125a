// A compiled and bundled program with `--backend onnx`, as users run it: the engine's package is found in the program's folder, the losses
// are those of `cpu`, and what is missing is said in one line.

import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadEngine } from "../../runtime/backends/onnx/binding.js";
import { withProgram } from "../support/compiled.js";
import { smallCsv, smallData, smallRows } from "../support/small-data.js";
import { lossesIn } from "../support/metrics.js";

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

const source = `import { conv_block } from "std/vision"

${smallData}
model Net overparam 3 {
  input  image: f32[64], words: i32[3] below 7
  a = image |> reshape([8, 8, 1]) |> conv_block(3) |> avg_pool(2) |> flatten |> dropout(0.1)
  b = words |> embedding(7, 3) |> flatten
  output k: f32[3] = concat(a, b) |> dense(8) |> tanh |> dense(3)
}

train net: Net on rows {
  loss      cross_entropy(k, kind)
  optimizer adamw(lr: warmup_cosine(peak: 5e-3, warmup: 10%), weight_decay: 0.1)
  batch     16
  clip      norm 1.0
  steps     50
  seed      5
}
`;

test("trains, evaluates and predicts as on cpu", async () => {
  await withProgram(source, { "rows.csv": smallCsv(smallRows(120)) }, async ({ folder, run }) => {
    symlinkSync(packages, join(folder, "node_modules"));
    const found = new Map<string, readonly number[]>();
    for (const backend of ["cpu", "onnx"]) {
      const { code, err } = await run("train", "--backend", backend, "--runs-dir", backend);
      assert.is(code, 0, err);
      found.set(backend, lossesIn(join(folder, backend, "net", "metrics.jsonl")));
      const evaluated = await run("eval", "net", "--backend", backend, "--runs-dir", backend);
      assert.is(evaluated.code, 0, evaluated.err);
    }
    const [expected = [], actual = []] = [found.get("cpu"), found.get("onnx")];
    assert.is(expected.length, 50);
    const worst = Math.max(...expected.map((loss, step) => Math.abs(loss - (actual[step] ?? NaN))));
    assert.ok(worst <= 1e-5, `losses differ by up to ${worst}`);
  });
});

test("what is missing is said with what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "sop-onnx-"));
  const withVersion = (name: string, version: string | null): string => {
    const installed = join(folder, name, "node_modules", "onnxruntime-node");
    mkdirSync(installed, { recursive: true });
    if (version !== null) writeFileSync(join(installed, "package.json"), JSON.stringify({ name: "onnxruntime-node", version }));
    return pathToFileURL(join(folder, name, "program.mjs")).href;
  };
  try {
    const help = "Run `npm install --ignore-scripts --no-save onnxruntime-node@1.30.0`.";
    assert.equal(loadEngine([withVersion("none", null)]), { missing: "onnxruntime-node is not installed", help });
    assert.equal(loadEngine([withVersion("old", "1.20.0")]), { missing: "onnxruntime-node is 1.20.0, expected 1.30.0", help });
    const broken = loadEngine([withVersion("broken", "1.30.0")]);
    assert.ok("missing" in broken && broken.missing.startsWith("onnxruntime-node does not load: Cannot find module"), JSON.stringify(broken));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
