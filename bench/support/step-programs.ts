// The models of the step benchmark as `.sop` text, each with as many kernels per layer as its name ends with.
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
  transformer: [1],
  gpu_mlp: [1],
  gpu_cnn: [1],
  gpu_transformer: [1],
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
  transformer: (k) => `Transformer(k: ${k}, d: 128, heads: 4, depth: 2) on short { use all; loss cross_entropy(next, target); batch 16 }`,
  gpu_mlp: (k) => `Mlp(k: ${k}, width: 4096, hidden: 3) on many { use all; batch 1024 }`,
  gpu_cnn: (k) => `Cnn(k: ${k}, width: 256) on many { use all; batch 256 }`,
  gpu_transformer: (k) => `Transformer(k: ${k}, d: 768, heads: 12, depth: 4) on long { use all; loss cross_entropy(next, target); batch 8 }`,
  small_mlp_adam: (k) => `Mlp(k: ${k}, width: 128) on digits { use all; batch 128 }`,
  small_mlp_sgd: (k) => `Mlp(k: ${k}, width: 128) on digits { use all; optimizer sgd(lr: 1e-6, momentum: 0.9); batch 128 }`,
  small_cnn_adam: (k) => `Cnn(k: ${k}, width: 8) on digits { use all; batch 128 }`,
};

export const stepProgram = `import { decoder } from "std/transformer"
import { conv_block, Resnet8 } from "std/vision"

data digits = synthetic("digits", rows: 800, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

data many = synthetic("digits", rows: 1600, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

data photos = idx("photos", "labels") {
  fields image: f32[32, 32, 3], label: class[10]
  split  train 80%, valid 10%, test 10%
}

data short = idx("tokens_64", "targets_64") {
  fields tokens: i32[64] below 256, target: i32[64] below 256
  split  train 80%, valid 10%, test 10%
}

data long = idx("tokens_256", "targets_256") {
  fields tokens: i32[256] below 256, target: i32[256] below 256
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

model Transformer(k: int, d: int, heads: int, depth: int) overparam k {
  input  tokens: i32[t] below 256
  output next: f32[t, 256] = tokens |> embedding(256, d) |> learned_positions(t) |> decoder(heads, depth, act: relu) |> dense(256)
}

recipe all {
  loss      cross_entropy(digit, label)
  optimizer adam(lr: 1e-6)
  steps     10_000
}

${Object.entries(runs)
  .flatMap(([model, run]) => (copiesOf[model] ?? []).map((k) => `train ${model}_${k}: ${run(k)}\n`))
  .join("")}`;

/** Writes the files of the data that are not drawn: noise, because what a step costs does not depend on the numbers. */
export function writeStepData(folder: string): void {
  const rows = 400;
  const noise = (name: string, sizes: readonly number[]): void => {
    const count = sizes.reduce((product, size) => product * size, rows);
    const bytes = Buffer.alloc(count * 4);
    for (const [i, value] of stream(0, name).fillNormal(new Float32Array(count), 1).entries()) bytes.writeFloatBE(value, i * 4);
    writeFileSync(join(folder, name), Buffer.concat([header(0x0d, [rows, ...sizes]), bytes]));
  };
  const tokens = (name: string, length: number): void => {
    const bytes = Buffer.alloc(rows * length * 4);
    const draw = stream(0, name);
    for (let i = 0; i < rows * length; i++) bytes.writeInt32BE(draw.below(256), i * 4);
    writeFileSync(join(folder, name), Buffer.concat([header(0x0c, [rows, length]), bytes]));
  };
  for (const length of [64, 256]) for (const name of ["tokens", "targets"]) tokens(`${name}_${length}`, length);
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
