// Networks as `.sop` text whose claims of Deep Fusion are measured, on random weights and on trained ones: between them all layers and operators
// of the language, and models of the standard library. A text declares `Net` and has no other name of its own.

/** Arguments of `Net`: of three sources, of the first two together, and of all three. */
export type Sizes = readonly [left: string, right: string, third: string, two: string, three: string];

/** The sizes of a `Net(a, b)`. */
export const ab: Sizes = ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"];
/** `Net(a, b)` as one expression. */
export const bodied = (body: string, input = "x: f32[5]", output = "y: f32[3]"): string => `model Net(a: int, b: int) {
  input ${input}
  output ${output} = ${body}
}`;

/** The mean of their sources. */
export const exact: Readonly<Record<string, readonly [net: string, sizes: Sizes]>> = {
  "a multilayer perceptron": [
    `model Net(a: int, b: int) {
      input x: f32[5]
      output y: f32[3] = x |> dense(a) |> relu |> dense(b) |> gelu |> dense(3)
    }`,
    ab,
  ],
  "two outputs, a concat and a slice": [
    `model Net(a: int, b: int) {
      input x: f32[5]
      h = concat(x |> dense(a) |> tanh, x |> dense(b) |> silu, x)
      g = h |> dense(2 * a)
      g = (g |> slice(0, a)) * (g |> slice(a, a) |> sigmoid)
      output y: f32[3] = g |> dense(3)
      output z: f32[2] = concat(g, h) |> dense(2)
    }`,
    ab,
  ],
  "resnet8": [
    `import { Resnet8 } from "std/vision"
    model Net(w: int) {
      input image: f32[8, 8, 3]
      layer body = Resnet8(classes: 5, width: w)
      output y: f32[5] = image |> body
    }`,
    ["2", "3", "1", "5", "6"],
  ],
  "mobile blocks": [
    `import { mobile_block, separable_conv } from "std/vision"
    model Net(w: int) {
      input image: f32[6, 6, 3]
      output y: f32[5] = image |> conv2d(w, kernel: 3) |> mobile_block(w, expand: 2) |> separable_conv(2 * w, stride: 2) |> flatten |> dense(5)
    }`,
    ["2", "3", "1", "5", "6"],
  ],
  "a GPT": [
    `import { Gpt } from "std/transformer"
    model Net(d: int, heads: int) {
      input tokens: i32[5] below 7
      layer body = Gpt(vocab: 7, d: d, heads: heads, depth: 2)
      output next: f32[5, 7] = tokens |> body
    }`,
    ["8, 2", "4, 1", "12, 3", "12, 3", "24, 6"],
  ],
  "a T5": [
    `import { T5 } from "std/transformer"
    model Net(d: int, heads: int) {
      input source: i32[4] below 7, shifted: i32[5] below 7
      layer body = T5(vocab: 7, d: d, heads: heads, depth: 2)
      output next: f32[5, 7] = body(source, shifted)
    }`,
    ["8, 2", "4, 1", "12, 3", "12, 3", "24, 6"],
  ],
  "group norms of one size and grouped convolutions": [
    `model Net(a: int, b: int) {
      input x: f32[4, 4, 2]
      h = x |> conv2d(2 * a, kernel: 3) |> group_norm(group_size: 2) |> relu
      h = h |> conv2d(4 * a, kernel: 3, groups: a) |> batch_norm |> tanh |> conv2d(4 * b, kernel: 1)
      output y: f32[3] = h |> conv2d(2 * b, kernel: 1, groups: 2) |> relu |> conv2d_transpose(b, kernel: 2, stride: 2) |> global_avg_pool |> dense(3)
    }`,
    ab,
  ],
  "a table that is scaled by the root of the width, and tied": [
    `model Net(a: int, b: int) {
      input x: i32[4] below 5
      layer table = embedding(5, 2 * a)
      h = ((x |> table) * sqrt(2 * a)) |> learned_positions(4)
      h = h + (h |> rms_norm |> self_attention(a))
      output y: f32[4, 5] = h |> rms_norm |> table.unembed
    }`,
    ab,
  ],
  "groups of heads, rotary and biases by distance": [
    `model Net(a: int, b: int) {
      input x: f32[4, 5]
      h = x |> dense(4 * a) |> self_attention(2 * a, kv_heads: a, rotary: true, bias: relative_bias(2 * a, length: 4))
      output y: f32[3] = h |> cross_attention(x |> dense(b) |> tanh, a) |> layer_norm |> mean(axis: 0) |> dense(3)
    }`,
    ab,
  ],
  "two towers and their product": [
    `model Net(a: int, b: int) {
      input x: f32[4], z: f32[3]
      p = x |> dense(b) |> relu |> dense(a)
      q = z |> dense(a) |> tanh
      output y = matmul(p |> reshape([1, a]), q |> reshape([a, 1]))
    }`,
    ab,
  ],
  "weights that are used twice": [
    `model Net(a: int, b: int) {
      input x: f32[4, 5], z: f32[4, 5]
      layer first = dense(a)
      layer second = dense(a)
      h = concat(x |> first |> relu |> second, z |> first |> tanh |> second |> gelu |> second)
      output y: f32[3] = h |> flatten |> dense(3)
    }`,
    ab,
  ],
  "an lstm and a gru": [
    `model Net(a: int, b: int) {
      input x: f32[4, 3]
      output y: f32[2] = x |> lstm(a) |> gru(b, reverse: true, initial: learned([b])) |> last |> dense(2)
    }`,
    ab,
  ],
  "a perceptron of the library": [
    `import { ImageMlp } from "std/mlp"
    model Net(w: int) {
      input image: f32[4, 4, 2]
      layer body = ImageMlp(width: w, depth: 2, classes: 5)
      output y: f32[5] = image |> body
    }`,
    ["4", "7", "3", "11", "14"],
  ],
  "functions of one tensor": [
    `model Net(a: int, b: int) {
      input x: f32[5]
      h = x |> dense(a) |> dropout(0.1)
      g = concat(h |> leaky_relu(slope: 0.2), h |> elu, h |> softplus |> log, h |> tanh |> exp, h |> softplus |> sqrt, h + 0.1 * noise(h))
      k = (-(x |> dense(a)) - h) / (1 + h ** 2)
      output y: f32[3] = concat(g, k |> silu) |> dense(3)
    }`,
    ab,
  ],
  "a sequence, forth and back": [
    `model Net(a: int, b: int) {
      input x: f32[6, 3]
      h = x |> conv1d(2 * a, kernel: 3) |> rotary(heads: a) |> relu |> learned_positions(7)
      turned = h |> transpose |> softmax |> transpose
      lengths = h |> transpose(axes: [1, 0]) |> l2_normalize |> transpose(axes: [1, 0])
      g = concat(turned, lengths, axis: 0) |> slice(2, 8, axis: 0) |> conv1d(b, kernel: 2, stride: 2, padding: valid) |> pad([1, 0]) |> tanh
      output y: f32[3] = concat(g |> first, g |> last, g |> reshape([6 * b]), x |> first |> softmax) |> dense(3)
    }`,
    ab,
  ],
  "an image, larger and smaller": [
    `model Net(a: int, b: int) {
      input x: f32[5, 5, 2]
      h = x |> conv2d(a, kernel: 3, dilation: 2) |> pad([1, 0, 0], after: [0, 1, 0]) |> max_pool(2) |> resize(size: 5, method: bilinear)
      output y: f32[3] = h |> depthwise_conv2d(3, multiplier: 2) |> gelu |> avg_pool(2) |> flatten |> dense(b) |> softplus |> dense(3)
    }`,
    ab,
  ],
  "whole numbers and truth values": [
    `model Net(a: int, b: int) {
      input word: i32 below 5, flag: bool, kind: class[3]
      h = concat(word |> one_hot(5), cast(flag, f32), kind |> embedding(3, b)) |> dense(a) |> relu
      output y: f32[3] = h |> dense(3)
    }`,
    ab,
  ],
  "sequences of unequal length": [
    `model Net(a: int, b: int) {
      input words: i32[..6] below 7
      h = words |> embedding(7, a) |> lstm(2 * a) |> self_attention(a, kv_heads: a) |> gru(b)
      output y: f32[3] = concat(h |> last, h |> mean(axis: 0)) |> dense(3)
    }`,
    ab,
  ],
};

/** Not the mean, because of what stands beside. */
export const inexact: Readonly<Record<string, readonly [net: string, cause: string]>> = {
  "a bottleneck of fixed width": [bodied("x |> dense(a) |> relu |> dense(4) |> tanh |> dense(b) |> relu |> dense(3)"), "mean-meets-function"],
  "a linear bottleneck": [bodied("x |> dense(a) |> relu |> dense(4) |> dense(b) |> dense(3)"), "mean-meets-weight"],
  "a shared stem": [bodied("x |> dense(4) |> dense(a) |> relu |> dense(3)"), "mean-meets-weight"],
  "a hidden layer whose width stays": [bodied("x |> dense(4) |> relu |> dense(3)"), "mean-meets-function"],
  "squeeze and excite of fixed width": [bodied("h * (h |> dense(2) |> relu |> dense(a) |> sigmoid) |> dense(3)").replace("output", "h = x |> dense(a)\n  output"), "mean-meets-function"],
  "one scale for all features": [bodied("((x |> dense(a) |> tanh) * learned([1], init: normal(1))) |> dense(3)"), "shared-weight-on-features"],
  "batch norm of the input": [bodied("x |> batch_norm |> dense(a) |> relu |> dense(3)"), "batch-norm-shared"],
  "depthwise filters on the image": [bodied("x |> depthwise_conv2d(3) |> conv2d(a, kernel: 1) |> flatten |> dense(3)", "x: f32[4, 4, 2]"), "mean-meets-weight"],
  "softmax over features": [bodied("x |> dense(a) |> softmax |> dense(3)"), "function-of-all-features"],
  "vectors of length 1": [bodied("x |> dense(a) |> l2_normalize |> dense(3)"), "function-of-all-features"],
  "a count of groups": [bodied("x |> dense(2 * a) |> group_norm(groups: 2) |> dense(3)"), "group-norm-across-sources"],
  "a state that stays": [bodied("x |> dense(a) |> lstm(3) |> last |> dense(3)", "x: f32[4, 5]"), "recurrent-state-shared"],
  "rotary over all features": [bodied("x |> dense(2 * a) |> rotary |> last |> dense(3)", "x: f32[4, 5]"), "fused-positions"],
  "one head for keys and values": [bodied("x |> dense(2 * a) |> self_attention(a, kv_heads: 1) |> last |> dense(3)", "x: f32[4, 5]"), "mean-meets-function"],
  "a norm over features and the image": [bodied("concat(x |> dense(a), x) |> layer_norm |> dense(3)"), "norm-over-mixed-axis"],
};
