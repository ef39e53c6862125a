// All convolutions, resize, pad and the library's mobile blocks from text to trained weights: the same losses on `cpu` and on `onnx`, where steps are
// captured and replayed, and a depth of recursion that a U-Net has.

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compiled, withProgram } from "../support/compiled.js";
import { readPlainTensors } from "../support/plain-tensors.js";
import { smallData, smallFiles } from "../support/small-data.js";
import { lossesIn } from "../support/metrics.js";

// Where programs find the engine of the backend `onnx`.
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

const source = `import { mobile_block, separable_conv } from "std/vision"
${smallData}
/// The library's mobile blocks, as its reference shows them.
model Mobile(width: int = 6, k: int = 1) overparam k {
  input  image: f32[64]
  x = image |> reshape([8, 8, 1]) |> separable_conv(width) |> mobile_block(width, expand: 2) |> mobile_block(2 * width, expand: 2, stride: 2)
  output k: f32[3] = x |> global_avg_pool |> dense(3)
}

/// One of each convolution and of each option that its kernels depend on.
model Each(k: int = 1) overparam(k, per: output) {
  input  image: f32[64]
  rows = image |> reshape([8, 8]) |> conv1d(6, kernel: 3, groups: 2) |> relu |> conv1d(4, kernel: 3, stride: 2, padding: valid) |> conv1d(4, 2, dilation: 2)
  x = image |> reshape([8, 8, 1]) |> pad([1, 0], after: [0, 1], value: 0.1) |> depthwise_conv2d(3, multiplier: 6, stride: 2) |> relu
  x = x |> conv2d(4, kernel: 3, groups: 2, dilation: 2) |> conv2d(8, kernel: [1, 2], groups: 4) |> relu
  wide = concat(x |> conv2d_transpose(3, kernel: 3, stride: 2), x |> resize(scale: 2, method: bilinear), x |> resize(size: 12) |> depthwise_conv2d(3, padding: valid))
  output k: f32[3] = concat(wide |> max_pool(4) |> flatten, rows |> flatten) |> dense(3)
}

/// One level of a U-Net: it calls itself until depth is 0.
block level(x: f32[h, w, c], width: int, depth: int) -> f32[h, w, width] {
  skip = x |> conv2d(width, kernel: 3) |> relu
  if depth > 0 {
    inner = skip |> max_pool(2) |> level(2 * width, depth - 1) |> conv2d_transpose(width, kernel: 2, stride: 2)
    skip = concat(skip, inner) |> conv2d(width, kernel: 3) |> relu
  }
  return skip
}

model Restore(width: int = 3) {
  input  image: f32[64]
  output again: f32[64] = image |> reshape([8, 8, 1]) |> level(width, 2) overparam 2 |> conv2d(1, kernel: 1) |> flatten
}

recipe all {
  optimizer adam(lr: 1e-2)
  batch     16
  steps     20
  seed      3
}

train mobile: Mobile on rows { use all; loss cross_entropy(k, kind) }
train mobile_sets: Mobile(k: 3) on rows { use all; loss cross_entropy(k, kind); clip norm 5 }
train each: Each on rows { use all; loss cross_entropy(k, kind); regularize l2 1e-4 }
train each_sets: Each(k: 3) on rows { use all; loss cross_entropy(k, kind) }
train restore: Restore on rows { use all; loss mse(again, image) }
`;

const runs = ["mobile", "mobile_sets", "each", "each_sets", "restore"];

test("models of convolutions learn, with the same losses on cpu and onnx", async () => {
  const found: Record<string, Record<string, readonly number[]>> = {};
  for (const backend of ["cpu", "onnx"]) {
    await withProgram(source, smallFiles(90), async (program) => {
      symlinkSync(packages, join(program.folder, "node_modules"));
      const trained = await program.run("train", "--quiet", "--backend", backend);
      assert.is(trained.code, 0, trained.err);
      found[backend] = Object.fromEntries(runs.map((name) => [name, lossesIn(program.path(name, "metrics.jsonl"))]));
      const weights = readPlainTensors(program.path("each_sets", "model.safetensors"));
      assert.equal(weights["depthwise_conv2d.kernel"]?.shape, [3, 3, 6], "what ships is one kernel, with the architecture of the plain model");
      assert.equal(weights["conv2d_transpose.kernel"]?.shape, [3, 3, 8, 3]);
    });
  }
  for (const name of runs) {
    const [cpu = [], onnx = []] = [found["cpu"]?.[name], found["onnx"]?.[name]];
    assert.is(cpu.length, 20, name);
    const [first = NaN] = cpu;
    assert.ok(Math.min(...cpu.slice(-4)) < 0.9 * first, `${name} learns: ${cpu.join(" ")}`);
    for (const [step, loss] of cpu.entries()) assert.ok(Math.abs(loss - (onnx[step] ?? NaN)) < 5e-4, `${name}, step ${step + 1}: ${loss} on cpu and ${onnx[step]} on onnx`);
  }
});

test("generated programs call one function for each convolution", async () => {
  const { typescript } = await compiled(source);
  for (const part of ["sop.conv1d(", "sop.depthwiseConv2d(", "sop.conv2dTranspose(", 'sop.resize(', "sop.pad("]) assert.ok(typescript.includes(part), part);
  assert.match(typescript, /sop\.conv1d\([^;]*\{ stride: \[2\], padding: "valid", dilation: \[1\], groups: 1 \}/);
  assert.match(typescript, /sop\.pad\([^;]*\{ before: \[1, 0, 0\], after: \[0, 1, 0\], value: 0\.1 \}/);
});

test.run();
