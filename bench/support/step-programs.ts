// The models of the step benchmark that the language can express, as `.sop` text, each with as many kernels per layer as its name ends with.
// The peers (`../models`, `torch_peer.py`) have the same layers. Some are fed by files that `writeStepData` makes.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stream } from "../../runtime/random.js";

/** Kernels per layer of the run `<model>_<k>`, by model. */
export const copiesOf: Readonly<Record<string, readonly number[]>> = {
  mlp: [1, 4],
  large_mlp: [1],
  tiny_mlp: [1],
  cnn: [1, 4],
  cnn_128: [1, 4],
  resnet8: [1],
  small_mlp_adam: [1, 2, 4, 8],
  small_mlp_sgd: [1, 2, 4, 8],
  small_cnn_adam: [1, 2, 4, 8],
};

/** The model and clauses of each run; the rate is that of `../models/sizes.ts`. */
const runs: Readonly<Record<string, (k: number) => string>> = {
  mlp: (k) => `Mlp(k: ${k}, width: 256) on digits { use all; batch 128 }`,
  large_mlp: (k) => `Mlp(k: ${k}, width: 1024, hidden: 3) on digits { use all; batch 128 }`,
  tiny_mlp: (k) => `Tiny(k: ${k}) on points { optimizer adam(lr: 1e-6); loss mse(y, row.y); batch 32; steps 10_000 }`,
  cnn: (k) => `Cnn(k: ${k}, width: 32) on digits { use all; batch 64 }`,
  cnn_128: (k) => `Cnn(k: ${k}, width: 32) on digits { use all; batch 128 }`,
  resnet8: (k) => `Resnet8(k: ${k}) on photos { use all; loss cross_entropy(kind, label); batch 64 }`,
  small_mlp_adam: (k) => `Mlp(k: ${k}, width: 128) on digits { use all; batch 128 }`,
  small_mlp_sgd: (k) => `Mlp(k: ${k}, width: 128) on digits { use all; optimizer sgd(lr: 1e-6, momentum: 0.9); batch 128 }`,
  small_cnn_adam: (k) => `Cnn(k: ${k}, width: 8) on digits { use all; batch 128 }`,
};

export const stepProgram = `import { conv_block, Resnet8 } from "std/vision"

data digits = synthetic("digits", rows: 800, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

data photos = idx("photos", "labels") {
  fields image: f32[32, 32, 3], label: class[10]
  split  train 80%, valid 10%, test 10%
}

data points = idx("points", "values") {
  fields x: f32[8], y: f32[1]
  split  train 80%, valid 10%, test 10%
}

model Mlp(k: int, width: int, hidden: int = 2) overparam k {
  input  image: f32[28, 28, 1]
  x = image |> flatten
  repeat hidden { x = x |> dense(width) |> relu }
  output digit: f32[10] = x |> dense(10)
}

model Tiny(k: int) overparam k {
  input  x: f32[8]
  output y: f32[1] = x |> dense(32) |> relu |> dense(32) |> relu |> dense(1)
}

model Cnn(k: int, width: int) overparam k {
  input  image: f32[28, 28, 1]
  x = image |> conv_block(width) |> max_pool(2) |> conv_block(2 * width) |> max_pool(2) |> flatten
  output digit: f32[10] = x |> dense(10)
}

recipe all {
  loss      cross_entropy(digit, label)
  optimizer adam(lr: 1e-6)
  steps     10_000
}

${Object.entries(runs)
  .flatMap(([model, run]) => (copiesOf[model] ?? []).map((k) => `train ${model}_${k}: ${run(k)}\n`))
  .join("")}`;

/** Writes the files of `photos` and `points`: noise, because what a step costs does not depend on the numbers. */
export function writeStepData(folder: string): void {
  const rows = 400;
  const noise = (name: string, sizes: readonly number[]): void => {
    const count = sizes.reduce((product, size) => product * size, rows);
    const bytes = Buffer.alloc(count * 4);
    for (const [i, value] of stream(0, name).fillNormal(new Float32Array(count), 1).entries()) bytes.writeFloatBE(value, i * 4);
    writeFileSync(join(folder, name), Buffer.concat([header(0x0d, [rows, ...sizes]), bytes]));
  };
  noise("photos", [32, 32, 3]);
  noise("points", [8]);
  noise("values", [1]);
  writeFileSync(join(folder, "labels"), Buffer.concat([header(0x08, [rows]), Buffer.from(Array.from({ length: rows }, (_, row) => row % 10))]));
}

/** The head of an idx file. */
function header(type: number, sizes: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * sizes.length);
  bytes.set([0, 0, type, sizes.length]);
  for (const [i, size] of sizes.entries()) bytes.writeUInt32BE(size, 4 + 4 * i);
  return bytes;
}
