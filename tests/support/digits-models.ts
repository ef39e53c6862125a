// Synthetic digits and two small models of them, the head of programs that several tests train: an MLP with dropout, and a CNN with batch norm
// and dropout.

/** An import, the data `digits`, the models `Mlp` and `Cnn`. 200 rows train: 32 at a time, the last batch of an epoch has 8. */
export const digitsModels = `import { conv_block } from "std/vision"

data digits = synthetic("digits", rows: 250, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

model Mlp {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(32) |> relu |> dropout(0.2) |> dense(10)
}

model Cnn {
  input  image: f32[28, 28, 1]
  x = image |> max_pool(2) |> conv_block(4) |> max_pool(2) |> conv_block(6) |> avg_pool(2) |> flatten |> dropout(0.1)
  output digit: f32[10] = x |> dense(10)
}
`;
