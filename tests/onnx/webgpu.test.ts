// The backend `onnx` on a GPU through WebGPU, against `cpu`: TensorFlow.js's suite, training by hand and compiled programs. Any Vulkan, Metal or
// Direct3D 12 driver does, also one in software (Debian: mesa-vulkan-drivers of version 23 or later). Where there is none, these tests try
// what is said then, and print that nothing else was tried.

import * as tf from "@tensorflow/tfjs-core";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cnn } from "../../bench/models/cnn.js";
import { mlp } from "../../bench/models/mlp.js";
import type { HandModel } from "../../bench/models/model.js";
import { adam } from "../../bench/models/optimizers.js";
import { HandTraining } from "../../bench/models/training.js";
import { installOnnxBackend } from "../../runtime/backends/onnx/install.js";
import { selectBackend } from "../../runtime/index.js";
import { withProgram } from "../support/compiled.js";
import { runCoreSuite } from "../support/core-suite.js";
import { smallCsv, smallData, smallRows } from "../support/small-data.js";

const tolerance = 1e-4;
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

const tiny = `data d = synthetic("digits", rows: 20) {
  fields image: f32[28, 28, 1], label: class[10]
}
model M {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(10)
}
train m: M on d { loss cross_entropy(digit, label); optimizer sgd(lr: 0.1); batch 4; steps 1 }
`;

test("without a GPU the reason is said, and what to do", async () => {
  const before = process.env["VK_DRIVER_FILES"];
  process.env["VK_DRIVER_FILES"] = "/nowhere/icd.json";
  try {
    await withProgram(tiny, {}, async ({ folder, run }) => {
      symlinkSync(packages, join(folder, "node_modules"));
      const { code, err } = await run("train", "m", "--backend", "onnx", "--device", "webgpu");
      // Metal and Direct3D have no such variable: there the GPU is found.
      if (process.platform !== "linux") return;
      assert.is(code, 1, err);
      assert.match(err, /The backend `onnx` cannot be used here: (no GPU is found|there is no Vulkan here)/);
      assert.match(err, "use `--device cpu`");
      assert.not.match(err, /Warning|onnxruntime_src|\n\s+at /);
    });
  } finally {
    if (before === undefined) delete process.env["VK_DRIVER_FILES"];
    else process.env["VK_DRIVER_FILES"] = before;
  }
});

const installed = installOnnxBackend({ roots: [import.meta.url], device: "webgpu" });

if ("missing" in installed) {
  process.stdout.write(`WebGPU was not tried: ${installed.missing}\n`);
  test("what is missing is said with what to do", () => {
    assert.ok(/Vulkan|GPU|WebGPU|webgpu/.test(installed.missing), installed.missing);
    assert.match(installed.help, "--device cpu");
  });
} else {
  /**
   * WGSL leaves open what becomes of NaN in comparisons, so a maximum may lose it, and how the tangent of a large number is found. On other
   * drivers fewer may differ.
   */
  const known = [
    "debug off onnx {} no errors where there are nans, and debug mode is disabled",
    "clipByValue onnx {} basic vec4",
    "clipByValue onnx {} propagates NaNs",
    "relu onnx {} propagates NaNs, float32",
    "softmax onnx {} Propagates NaNs",
    "step kernel onnx {} propagates NaNs",
    "tan onnx {} numbers exceed float32 precision",
  ];

  test("TensorFlow.js's suite", async () => {
    const { passed, pending, failed } = await runCoreSuite("webgpu", false);
    assert.equal(failed.filter((name) => !known.includes(name)), []);
    assert.ok(passed >= 4218, `${passed} passed, ${pending} pending`);
  });

  test("the backend is chosen and tests itself; another device needs another process", async () => {
    const { device } = await selectBackend("onnx", { device: "webgpu", threads: null });
    assert.match(device, "a GPU through WebGPU");
    await selectBackend("onnx", { device: "cpu", threads: null }).then(
      () => assert.unreachable("a second device"),
      (error: Error) => assert.match(error.message, "it runs on `webgpu` already"),
    );
  });

  const curve = async (model: HandModel, backend: string): Promise<readonly number[]> => {
    await selectBackend(backend);
    const training = new HandTraining(model, adam(1e-3));
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      const inputs = model.inputs(step);
      losses.push(await training.step(inputs));
      tf.dispose(Object.values(inputs));
    }
    training.dispose();
    return losses;
  };
  const models: readonly (readonly [string, HandModel])[] = [
    ["MLP", mlp({ batch: 32, sizes: [784, 64, 64, 10] })],
    ["CNN with batch norm and dropout", cnn({ batch: 16, side: 12, channels: 1, widths: [4, 8], classes: 10, dropout: 0.2 })],
  ];

  for (const [name, model] of models) {
    test(`${name}: 20 losses are those of cpu`, async () => {
      const [expected, actual] = [await curve(model, "cpu"), await curve(model, "onnx")];
      assert.ok((expected[19] ?? NaN) < (expected[0] ?? NaN), "it learns");
      const worst = Math.max(...expected.map((loss, step) => Math.abs(loss - (actual[step] ?? NaN))));
      assert.ok(worst <= tolerance, `losses differ by up to ${worst}`);
    });
  }

  test("many sessions come and go, and what they left on the device stays right", async () => {
    await selectBackend("onnx");
    const kept = Array.from({ length: 120 }, (_, i) => {
      const x = tf.add(tf.fill([i + 2], i), 1);
      x.dataSync();
      return tf.mul(x, 2);
    });
    for (const [i, x] of kept.entries()) assert.equal([...x.dataSync()], Array.from({ length: i + 2 }, () => 2 * (i + 1)));
    tf.dispose(kept);
  });

  test("a compiled program trains and evaluates as on cpu", async () => {
    const source = `import { conv_block } from "std/vision"

${smallData}
model Net overparam 2 {
  input  image: f32[64], words: i32[3] below 7
  a = image |> reshape([8, 8, 1]) |> conv_block(3) |> avg_pool(2) |> flatten |> dropout(0.1)
  b = words |> embedding(7, 3) |> flatten
  output k: f32[3] = concat(a, b) |> dense(8) |> tanh |> dense(3)
}

train net: Net on rows {
  loss      cross_entropy(k, kind)
  optimizer adam(lr: 5e-3)
  batch     16
  steps     30
  seed      5
}
`;
    await withProgram(source, { "rows.csv": smallCsv(smallRows(120)) }, async ({ folder, run }) => {
      symlinkSync(packages, join(folder, "node_modules"));
      const found = new Map<string, { readonly losses: readonly number[]; readonly evaluated: string }>();
      for (const [name, ...options] of [["cpu", "--backend", "cpu"], ["webgpu", "--backend", "onnx", "--device", "webgpu"]] as const) {
        const trained = await run("train", ...options, "--runs-dir", name);
        assert.is(trained.code, 0, trained.err);
        const evaluated = await run("eval", "net", ...options, "--runs-dir", name);
        assert.is(evaluated.code, 0, evaluated.err);
        const lines = readFileSync(join(folder, name, "net", "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line): Record<string, number> => JSON.parse(line));
        found.set(name, { losses: lines.flatMap((line) => line["loss"] ?? []), evaluated: evaluated.out });
      }
      const [expected, actual] = [found.get("cpu"), found.get("webgpu")];
      assert.is(expected?.losses.length, 30);
      const worst = Math.max(...(expected?.losses ?? []).map((loss, step) => Math.abs(loss - (actual?.losses[step] ?? NaN))));
      assert.ok(worst <= tolerance, `losses differ by up to ${worst}`);
      assert.is(actual?.evaluated, expected?.evaluated);
    });
  });
}

test.run();
