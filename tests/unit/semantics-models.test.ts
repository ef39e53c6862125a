// Models with numbers: shapes, paths of weights, repetition, blocks, sharing, sizes that data give.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { layers } from "../../compiler/semantics/layers/layers.js";
import type { Instance } from "../../compiler/semantics/semantic-model.js";
import { printType } from "../../compiler/semantics/types.js";
import { check, net } from "./semantics-support.js";

function instance(source: string): Instance {
  const { value, lines } = check(source);
  assert.equal(lines, []);
  const [first] = value.instances;
  if (first === undefined) throw new Error("no instance");
  return first;
}

/** `path layer type` of each application. */
function table({ graph }: Instance): readonly string[] {
  return graph.applications.map(({ path, layer, type }) => `${path === "" ? "-" : path} ${layer} ${printType(type)}`);
}

function weights({ graph }: Instance): readonly string[] {
  const typeOf = (value: number) => (graph.inputs[value] ?? graph.applications[value - graph.inputs.length])?.type ?? { dtype: "f32" as const, shape: [], batched: true, below: null };
  const all = graph.applications.flatMap(({ layer, path, operands, options }) => layers[layer].weights(operands.map(typeOf), options).map(({ name, shape }) => `${path}.${name} [${shape.join(", ")}]`));
  return [...new Set(all)];
}

test("the digits of the first example", () => {
  const source = `import { conv_block } from "std/vision"
model Digits(width: int = 32, k: int = 4) overparam k {
  input  image: f32[28, 28, 1]
  features = image
    |> conv_block(width, kernel: 3)
    |> max_pool(2)
    |> conv_block(2 * width, kernel: 3)
    |> max_pool(2)
    |> flatten
  output digit: f32[10] = features |> dense(10) overparam 1
}`;
  const digits = instance(source);
  assert.equal(table(digits), [
    "conv_block.conv2d conv2d f32[28, 28, 32]",
    "conv_block.batch_norm batch_norm f32[28, 28, 32]",
    "conv_block.relu relu f32[28, 28, 32]",
    "max_pool max_pool f32[14, 14, 32]",
    "conv_block_2.conv2d conv2d f32[14, 14, 64]",
    "conv_block_2.batch_norm batch_norm f32[14, 14, 64]",
    "conv_block_2.relu relu f32[14, 14, 64]",
    "max_pool_2 max_pool f32[7, 7, 64]",
    "flatten flatten f32[3136]",
    "dense dense f32[10]",
  ]);
  assert.equal(digits.args, [
    { name: "width", value: 32 },
    { name: "k", value: 4 },
  ]);
  assert.equal(digits.graph.applications.map(({ overparam }) => overparam?.copies ?? 1), [4, 4, 4, 4, 4, 4, 4, 4, 4, 1]);
  assert.equal(digits.graph.applications.map(({ name }) => name).filter((name) => name !== null), ["features", "digit"]);
  assert.is(digits.graph.applications[0]?.callers.length, 1);
  assert.equal(digits.graph.outputs.map(({ name, value }) => [name, value]), [["digit", 10]]);
});

test("weights are named by turns and counts, from 1", () => {
  const source = `block layer_of(x: f32[d]) -> f32[d] {
  return x + (x |> dense(2 * d) |> relu |> dense(d))
}
model Net {
  input x: f32[4]
  layer stem = dense(4)
  x = x |> stem |> dense(4) |> dense(4)
  repeat 2 { x = x |> layer_of }
  repeat 1 { x = x |> layer_of |> layer_of }
  output y = x
}`;
  assert.equal(weights(instance(source)).filter((line) => line.includes("kernel")), [
    "stem.kernel [4, 4]",
    "dense.kernel [4, 4]",
    "dense_2.kernel [4, 4]",
    "repeat_1.1.layer_of.dense.kernel [4, 8]",
    "repeat_1.1.layer_of.dense_2.kernel [8, 4]",
    "repeat_1.2.layer_of.dense.kernel [4, 8]",
    "repeat_1.2.layer_of.dense_2.kernel [8, 4]",
    "repeat_2.1.layer_of.dense.kernel [4, 8]",
    "repeat_2.1.layer_of.dense_2.kernel [8, 4]",
    "repeat_2.1.layer_of_2.dense.kernel [4, 8]",
    "repeat_2.1.layer_of_2.dense_2.kernel [8, 4]",
  ]);
});

test("an alias of an import and names of values are not in paths", () => {
  const plain = table(instance(`import { conv_block } from "std/vision"\n${net("y = x |> conv_block(4)\noutput z = y", "", "x: f32[8, 8, 1]")}`));
  const renamed = table(instance(`import { conv_block as c } from "std/vision"\n${net("output z = x |> c(4)", "", "x: f32[8, 8, 1]")}`));
  assert.equal(renamed, plain);
});

test("a named layer shares its weights, a block too", () => {
  const source = `block tower(x: f32[n], d: int) -> f32[d] {
  return x |> dense(2 * d) |> gelu |> dense(d)
}
model Two {
  input a: f32[8], b: f32[8]
  layer shared = tower(d: 4)
  output y = shared(a) * shared(b)
}`;
  assert.equal(weights(instance(source)), ["shared.dense.kernel [8, 8]", "shared.dense.bias [8]", "shared.dense_2.kernel [8, 4]", "shared.dense_2.bias [4]"]);
});

test("a counter counts from 0, conditions choose, words and layers are parameters", () => {
  const source = `block step(x: f32[d], act: layer = relu, norm: none | batch = none) -> f32[d] {
  x = x |> dense(d)
  if norm == batch { x = x |> batch_norm } else if norm == none { x = x |> tanh }
  return x |> act
}
model Net(act: layer = leaky_relu(slope: 0.2)) {
  input x: f32[4]
  repeat 3 as i {
    x = x |> step(act: if i < 2 then act else elu, norm: if i == 0 then batch else none)
  }
  output y = x
}`;
  assert.equal(table(instance(source)).map((text) => text.split(" ")[1]), ["dense", "batch_norm", "leaky_relu", "dense", "tanh", "leaky_relu", "dense", "tanh", "elu"]);
  assert.equal(check(source.replace("then batch else none", "then bach else none")).lines, ['9:73 option-type {"option":"norm","of":"step","expected":"`none` or `batch`","found":"`bach`"}']);
});

test("numbers take the dtype beside them, negation and broadcasting", () => {
  const source = net("a = 0.5 * x - 1\nb = -a / (x + 2) ** 2\noutput y: f32[3, 4] = m + b", "", "x: f32[4], m: f32[3, 1]");
  assert.equal(table(instance(source)), [
    "- constant f32[]", "- mul f32[4]", "- constant f32[]", "- sub f32[4]", "- neg f32[4]", "- constant f32[]", "- add f32[4]", "- constant f32[]", "- pow f32[4]", "- div f32[4]", "- add f32[3, 4]",
  ]);
  assert.equal(table(instance(net("output y = one_hot(t + 1, 10)", "", "t: i32[3]"))), ["- constant f32[]", "- cast i32[]", "- add i32[3]", "one_hot one_hot f32[3, 10]"]);
});

test("scalars are joined as vectors of one", () => {
  assert.equal(table(instance(net("output y = concat(a, b, c)", "", "a: f32, b: f32, c: f32[2]"))), ["- reshape f32[1]", "- reshape f32[1]", "concat concat f32[4]"]);
});

test("a residual network of 20 layers has 0.27 million weights", () => {
  const source = `import { Resnet20 } from "std/vision"
data d = synthetic("digits") {
  fields image: f32[28, 28, 1], label: class[10]
}
train t: Resnet20 on d {
  loss cross_entropy(kind, label)
  optimizer sgd(lr: 0.1)
  batch 8
  epochs 1
}`;
  const { value, lines } = check(source);
  assert.equal(lines, []);
  const graph = value.instances[0];
  const count = graph === undefined ? 0 : weights(graph).filter((line) => !line.includes(".mean") && !line.includes(".variance")).reduce((sum, line) => sum + (/\[(.*)\]/.exec(line)?.[1] ?? "0").split(", ").reduce((product, size) => product * Number(size), 1), 0);
  // One color channel instead of three: 288 weights less than for color images.
  // By hand: 9*1*16 + 32, then 3*(2*9*16*16 + 64), 9*16*32 + 9*32*32 + 16*32 + 192, ... , 64*10 + 10.
  const stage = (c: number, width: number): number => 9 * c * width + 9 * width * width + (c === width ? 0 : c * width + 2 * width) + 4 * width + 2 * (18 * width * width + 4 * width);
  assert.is(count, 9 * 16 + 32 + stage(16, 16) + stage(16, 32) + stage(32, 64) + 650);
});

test("sizes that only data give are bound by the run; the model alone has no instance", () => {
  const model = "model Flat {\n  input image: f32[h, w, c]\n  n = h * w * c\n  output y = image |> reshape([n]) |> dense(10)\n}\n";
  assert.equal(check(model).lines, []);
  assert.is(check(model).value.instances.length, 0);
  const run = `${model}import { digits } from "std/data"\ntrain t: Flat on digits {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: 1e-3)\n  batch 8\n  steps 10\n}\n`;
  const { value, lines } = check(run);
  assert.equal(lines, []);
  assert.equal(value.runs[0]?.instance.graph.inputs.map(({ type }) => printType(type)), ["f32[28, 28, 1]"]);
});

test("models are blocks for other models, and instances have names", () => {
  const source = `model Inner(d: int) {
  input x: f32[n]
  output low = x |> dense(d)
  output high = low |> relu |> dense(d)
}
model Named = Inner(d: 3) overparam 2
model Outer {
  input x: f32[4]
  _, high = x |> Named
  output y = high |> dense(2) overparam 4
}
`;
  const outer = instance(source);
  assert.is(outer.model, "Outer");
  assert.equal(outer.graph.applications.map(({ path, overparam }) => `${path} ${overparam?.copies ?? 1}`), ["Named.dense 2", "Named.relu 2", "Named.dense_2 2", "dense 4"]);
});

test("asserts about the whole model see the shipped weights", () => {
  assert.equal(check(net("assert shipped.weights == 10\noutput y = x |> dense(2) overparam 4")).lines, []);
  assert.equal(check(net("assert shipped.weights <= 9\noutput y = x |> dense(2)")).lines, ['3:3 budget-exceeded {"figure":"shipped.weights","found":"10","limit":"at most 9","layers":"`dense` (10)"}']);
});

const quick = "{ loss mse(y, z); optimizer adam(lr: warmup_cosine(1e-3)); batch 8; steps 4; seed 1 }";
const narrow = `data d = csv("d.csv") {
  fields x: f32[4], z: f32[2]
}
model Net(width: int) {
  input x: f32[4]
  output y = x |> dense(width) |> relu |> dense(2)
}
`;

test("runs of one fused model keep what each says of overparam", () => {
  const { value, lines } = check(`${narrow}train left: Net(2) on d ${quick}
model Wide = Net(4) fuse from left, left at step 2
train plain: Wide on d ${quick}
train two: Wide overparam 2 on d ${quick}
train four: Wide overparam 4 on d ${quick}
`);
  assert.equal(lines, []);
  assert.equal(value.runs.map(({ name, instance }) => `${name} ${instance.graph.applications[0]?.overparam?.copies ?? 1}`), ["left 1", "plain 1", "two 2", "four 4"]);
});

test("a derived model that is called in another has the sizes that were found for it", () => {
  const { value, lines } = check(`${narrow}train left: Net(2) on d ${quick}
train right: Net(3) on d ${quick}
model Wide fuse from left, right
model Outer {
  input x: f32[4]
  output y = (x |> Wide) + (x |> Wide frozen)
}
train outer: Outer on d ${quick}
`);
  assert.equal(lines, []);
  const outer = value.instances.find(({ model }) => model === "Outer");
  if (outer === undefined) throw new Error("no Outer");
  assert.equal(weights(outer).filter((weight) => weight.includes("dense.kernel")), ["Wide.dense.kernel [4, 5]", "Wide_2.dense.kernel [4, 5]"]);
  assert.equal(outer.starts?.map(({ prefix }) => prefix), ["Wide", "Wide_2"]);
});

test.run();
