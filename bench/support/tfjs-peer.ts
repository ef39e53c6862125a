// A worker of the step benchmark: the same models as someone writes them by hand in TensorFlow.js, on its own backend `cpu` and with its own
// optimizers, as published. Takes the model's name (`mlp_adam`, `mlp_sgd`, `cnn_adam`) as its argument.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { answer } from "./serve.js";

const batch = 128;
const variable = (shape: number[], fanIn: number): tf.Variable => tf.variable(tf.randomNormal(shape, 0, Math.sqrt(2 / fanIn)));
const zeros = (size: number): tf.Variable => tf.variable(tf.zeros([size]));
const ones = (size: number): tf.Variable => tf.variable(tf.ones([size]));

function mlp(): (image: tf.Tensor4D) => tf.Tensor2D {
  const layers = [[784, 128], [128, 128], [128, 10]].map(([from = 0, to = 0]) => ({ kernel: variable([from, to], from), bias: zeros(to) }));
  return (image) => {
    let x: tf.Tensor2D = tf.reshape(image, [-1, 784]);
    for (const [i, { kernel, bias }] of layers.entries()) {
      x = tf.add(tf.matMul(x, tf.reshape<tf.Rank.R2>(kernel, [x.shape[1], -1])), bias);
      if (i < layers.length - 1) x = tf.relu(x);
    }
    return x;
  };
}

function cnn(): (image: tf.Tensor4D) => tf.Tensor2D {
  const blocks = [[1, 8], [8, 16]].map(([from = 0, to = 0]) => ({
    filters: variable([3, 3, from, to], 9 * from),
    scale: ones(to),
    bias: zeros(to),
    mean: tf.variable(tf.zeros([to]), false),
    variance: tf.variable(tf.ones([to]), false),
  }));
  const kernel = variable([784, 10], 784);
  const bias = zeros(10);
  return (image) => {
    let x = image;
    for (const block of blocks) {
      const filtered = tf.conv2d(x, tf.reshape<tf.Rank.R4>(block.filters, [3, 3, x.shape[3], -1]), 1, "same");
      const { mean, variance } = tf.moments(filtered, [0, 1, 2]);
      block.mean.assign(tf.add(tf.mul(block.mean, 0.9), tf.mul(mean, 0.1)));
      block.variance.assign(tf.add(tf.mul(block.variance, 0.9), tf.mul(variance, 0.1)));
      const normalized = tf.batchNorm(filtered, tf.reshape<tf.Rank.R1>(mean, [-1]), tf.reshape<tf.Rank.R1>(variance, [-1]), tf.reshape<tf.Rank.R1>(block.bias, [-1]), tf.reshape<tf.Rank.R1>(block.scale, [-1]), 1e-5);
      x = tf.maxPool(tf.relu(normalized), 2, 2, "valid");
    }
    return tf.add(tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, 784]), tf.reshape<tf.Rank.R2>(kernel, [784, 10])), bias);
  };
}

const [name = "mlp_adam"] = process.argv.slice(2);
await tf.setBackend("cpu");
const model = name.startsWith("cnn") ? cnn() : mlp();
const optimizer = name.endsWith("sgd") ? tf.train.momentum(0.01, 0.9) : tf.train.adam(1e-3);
const images = Array.from({ length: 5 }, () => tf.randomUniform<tf.Rank.R4>([batch, 28, 28, 1]));
const labels = images.map((_, i) => tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_unused, row) => (row * 7 + i) % 10), "int32"), 10));
let step = 0;
await answer(async () => {
  const [image, label] = [images[step % images.length], labels[step % labels.length]];
  if (image === undefined || label === undefined) throw new Error("no batch");
  step++;
  const cost = optimizer.minimize(() => tf.reshape<tf.Rank.R0>(tf.losses.softmaxCrossEntropy(label, model(image)), []), true);
  if (cost === null) throw new Error("no cost");
  const [loss = NaN] = await cost.data();
  cost.dispose();
  return loss;
});
