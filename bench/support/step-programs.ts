// The models of the step benchmark as `.sop` text: an MLP 784-128-128-10 and a small convolutional net, each with 1, 2, 4 and 8 kernels per
// layer. The hand-written peers (tfjs-peer.ts, torch_peer.py) have the same layers.

/** Kernels per layer. */
export const copies = [1, 2, 4, 8] as const;

/** Run `<model>_<optimizer>_<k>` for each. */
export const stepProgram = `import { conv_block } from "std/vision"

data digits = synthetic("digits", rows: 800, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

model Mlp(k: int) overparam k {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(128) |> relu |> dense(128) |> relu |> dense(10)
}

model Cnn(k: int) overparam k {
  input  image: f32[28, 28, 1]
  x = image |> conv_block(8) |> max_pool(2) |> conv_block(16) |> max_pool(2) |> flatten
  output digit: f32[10] = x |> dense(10)
}

recipe all {
  loss  cross_entropy(digit, label)
  batch 128
  steps 10_000
}

${copies
  .map(
    (k) => `train mlp_adam_${k}: Mlp(k: ${k}) on digits { use all; optimizer adam(lr: 1e-3) }
train mlp_sgd_${k}: Mlp(k: ${k}) on digits { use all; optimizer sgd(lr: 0.01, momentum: 0.9) }
train cnn_adam_${k}: Cnn(k: ${k}) on digits { use all; optimizer adam(lr: 1e-3) }
`,
  )
  .join("")}`;
