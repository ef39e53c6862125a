// Convolutions, pad and resize in programs: sizes of results and weights, work, reach of overparam, and messages that say what would fit.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { layers } from "../../compiler/semantics/layers/layers.js";
import type { Instance } from "../../compiler/semantics/semantic-model.js";
import { printType } from "../../compiler/semantics/types.js";
import { summarize } from "../../compiler/services/summary.js";
import { check, net } from "./semantics-support.js";

const image = "x: f32[9, 12, 6]";
const sequence = "x: f32[20, 6]";

function instance(source: string): Instance {
  const { value, lines } = check(source);
  assert.equal(lines, [], source);
  const found = value.instances.at(-1);
  if (found === undefined) throw new Error("no instance");
  return found;
}

/** The type of a line's result, and the shapes of its weights. */
function made(line: string, input: string): readonly string[] {
  const { graph } = instance(net(`output y = ${line}`, "", input));
  const [x] = graph.inputs;
  const [application] = graph.applications;
  if (x === undefined || application === undefined) throw new Error("one layer");
  const weights = layers[application.layer].weights([x.type], application.options).map(({ name, shape, axes }) => `${name} [${shape.join(", ")}] ${axes.join(" ")}`);
  return [printType(application.type), ...weights];
}

const fits: readonly (readonly [line: string, input: string, type: string, ...weights: string[]])[] = [
  ["x |> conv2d(4, kernel: [3, 5], groups: 2)", image, "f32[9, 12, 4]", "kernel [3, 5, 3, 4] fixed fixed feature feature", "bias [4] feature"],
  ["x |> conv2d(12, kernel: 3, stride: 2, groups: 6, bias: false)", image, "f32[5, 6, 12]", "kernel [3, 3, 1, 12] fixed fixed feature feature"],
  ["x |> conv1d(8, kernel: 5)", sequence, "f32[20, 8]", "kernel [5, 6, 8] fixed feature feature", "bias [8] feature"],
  ["x |> conv1d(8, 5, stride: 3, groups: 2)", sequence, "f32[7, 8]", "kernel [5, 3, 8] fixed feature feature", "bias [8] feature"],
  ["x |> conv1d(8, kernel: 5, dilation: 2, padding: valid, bias: false)", sequence, "f32[12, 8]", "kernel [5, 6, 8] fixed feature feature"],
  ["x |> depthwise_conv2d(3)", image, "f32[9, 12, 6]", "kernel [3, 3, 6] fixed fixed feature", "bias [6] feature"],
  ["x |> depthwise_conv2d([3, 2], multiplier: 4, stride: [2, 3], padding: valid, bias: false)", image, "f32[4, 4, 24]", "kernel [3, 2, 24] fixed fixed feature"],
  ["x |> depthwise_conv2d(3, dilation: 4, padding: valid, bias: false)", image, "f32[1, 4, 6]", "kernel [3, 3, 6] fixed fixed feature"],
  ["x |> conv2d_transpose(4, kernel: 2, stride: 2)", image, "f32[18, 24, 4]", "kernel [2, 2, 6, 4] fixed fixed feature feature", "bias [4] feature"],
  ["x |> conv2d_transpose(4, kernel: 3, stride: [2, 1], padding: valid, bias: false)", image, "f32[19, 14, 4]", "kernel [3, 3, 6, 4] fixed fixed feature feature"],
  ["x |> resize(scale: 2)", image, "f32[18, 24, 6]"],
  ["x |> resize(scale: 0.5, method: bilinear)", image, "f32[4, 6, 6]"],
  ["x |> resize(size: [7, 30])", image, "f32[7, 30, 6]"],
  ["x |> pad([2, 1])", image, "f32[13, 14, 6]"],
  ["x |> pad([4], after: [0], value: -1)", sequence, "f32[24, 6]"],
  ["x |> pad([0, 0, 0], after: [0, 0, 2])", image, "f32[9, 12, 8]"],
  ["x |> pad([0], after: [3], value: 7)", "x: i32[5] below 6", "i32[8] below 8"],
];

for (const [line, input, ...expected] of fits) test(line, () => assert.equal(made(line, input), expected));

test("a scale that rounding took from a whole result counts as whole", () => assert.equal(made("x |> resize(scale: 0.29)", "x: f32[100, 200, 1]"), ["f32[29, 58, 1]"]));

const odd: readonly (readonly [line: string, input: string, expected: string, found: string, help: string | null])[] = [
  ["x |> conv2d(4, kernel: 3, groups: 4)", image, "channels and filters that 4 groups divide", "6 channels and 4 filters", "Write `groups: 2`, the most up to 4 that divide both."],
  ["x |> conv2d(8, kernel: 3, groups: 3)", image, "channels and filters that 3 groups divide", "6 channels and 8 filters", "Write 9 filters, or `groups: 2`."],
  ["x |> conv2d(8, kernel: 3, stride: 2, dilation: [2, 1])", image, "a stride of 1 where the dilation is above 1", "stride 2 and dilation [2, 1]", "Leave out `stride` or `dilation`."],
  ["x |> conv1d(8, kernel: 3)", image, "a sequence f32[positions, channels]", "f32[9, 12, 6]", "Use `conv2d` for an image."],
  ["x |> conv1d(8, kernel: 3)", "x: f32[50]", "a sequence f32[positions, channels]", "f32[50]", "Give it an axis of channels, with `reshape([50, 1])`."],
  ["x |> conv1d(8, kernel: 3)", "x: i32[20, 6]", "f32", "i32[20, 6]", "Turn the numbers into f32 first, with `cast(x, f32)`, `one_hot` or `embedding`."],
  ["x |> conv1d(8, kernel: 6, dilation: 4, padding: valid)", sequence, "a sequence of at least 21 positions", "f32[20, 6]", "Make the kernel smaller, or write `padding: same`."],
  ["x |> conv1d(9, kernel: 3, groups: 2)", sequence, "channels and filters that 2 groups divide", "6 channels and 9 filters", "Write 10 filters, or `groups: 1`."],
  ["x |> depthwise_conv2d(3)", sequence, "an image f32[height, width, channels]", "f32[20, 6]", "Give it an axis of channels, with `reshape([height, width, 1])`."],
  ["x |> depthwise_conv2d(10, padding: valid)", image, "an image of at least 10 by 10", "f32[9, 12, 6]", "Make the kernel smaller, or write `padding: same`."],
  ["x |> conv2d_transpose(4, kernel: 2)", "x: f32[64]", "an image f32[height, width, channels]", "f32[64]", "Move it before `flatten`, or give the vector the axes of an image, with `reshape([height, width, channels])`."],
  ["x |> resize(size: 8, scale: 2)", image, "one of `size` and `scale`", "both", "Write `resize(scale: 2)`, or `resize(size: [height, width])`."],
  ["x |> resize", image, "one of `size` and `scale`", "neither", "Write `resize(scale: 2)`, or `resize(size: [height, width])`."],
  ["x |> resize(scale: 0.1)", image, "a result of at least 1 by 1", "0 by 1", "Make `scale` larger."],
  ["x |> pad([1, 1, 1])", sequence, "at most 2 numbers for the axes of f32[20, 6]", "[1, 1, 1]", null],
  ["x |> pad([1], value: 0.5)", "x: i32[5] below 6", "a whole number of 32 bits as `value` for i32", "0.5", null],
];

for (const [line, input, expected, found, help] of odd) {
  test(`${line} does not fit ${input}`, () => {
    const [diagnostic, ...more] = check(net(`output y = ${line}`, "", input)).diagnostics;
    assert.equal(more, []);
    assert.is(diagnostic?.id, "shape-mismatch");
    assert.is(diagnostic?.params["expected"], expected);
    assert.is(diagnostic?.params["found"], found);
    if (help !== null) assert.is(diagnostic?.help, help);
  });
}

test("options that are wrong are said as such", () => {
  assert.equal(check(net("output y = x |> depthwise_conv2d(3, multiplier: 0)", "", image)).lines, ['3:51 option-range {"option":"multiplier","of":"depthwise_conv2d","range":"a whole number of at least 1","found":"0"}']);
  assert.equal(check(net("output y = x |> conv2d_transpose(3)", "", image)).lines, ['3:19 missing-option {"option":"kernel","of":"conv2d_transpose"}']);
  assert.equal(check(net("output y = x |> resize(scale: 2, method: cubic)", "", image)).lines, ['3:44 option-type {"option":"method","of":"resize","expected":"`nearest` or `bilinear`","found":"`cubic`"}']);
  assert.equal(check(net("output y = x |> pad([-1])", "", image)).diagnostics.map(({ id }) => id), ["option-range"]);
});

test("names of other frameworks lead to the layer", () => {
  for (const [written, own] of [["Conv1d", "conv1d"], ["DepthwiseConv2D", "depthwise_conv2d"], ["ConvTranspose2d", "conv2d_transpose"], ["Conv2DTranspose", "conv2d_transpose"], ["UpSampling2D", "resize"], ["ZeroPadding2D", "pad"]]) {
    const [diagnostic] = check(net(`output y = x |> ${written}(2)`, "", image)).diagnostics;
    assert.is(diagnostic?.params["nearest"], own, written);
  }
});

test("overparam reaches the kernels of all of them, and no bias", () => {
  for (const [line, kernel, bias] of [
    ["x |> conv2d(6, kernel: 3, groups: 3)", 9 * 2 * 6, 6],
    ["x |> depthwise_conv2d(3, multiplier: 2)", 9 * 12, 12],
    ["x |> conv2d_transpose(4, kernel: 2, stride: 2)", 4 * 6 * 4, 4],
    ["x |> reshape([108, 6]) |> conv1d(6, kernel: 3, groups: 6)", 3 * 6, 6],
  ] as const) {
    const { totals } = summarize(instance(net(`output y = ${line} overparam 4`, "", image)));
    assert.is(totals.weightsTrained, 4 * kernel + bias, line);
    assert.is(totals.weightsShipped, kernel + bias, line);
  }
});

test("work is counted as two for each multiply-add of a weight, and one for a bias", () => {
  const work = (line: string, input = image): number => summarize(instance(net(`output y = ${line}`, "", input))).totals.flops;
  assert.is(work("x |> conv2d(4, kernel: 3, groups: 2)"), 9 * 12 * 4 * (2 * 9 * 3 + 1));
  assert.is(work("x |> conv1d(8, kernel: 5, stride: 2)", sequence), 10 * 8 * (2 * 5 * 6 + 1));
  assert.is(work("x |> depthwise_conv2d(3, multiplier: 2)"), 9 * 12 * 12 * (2 * 9 + 1));
  assert.is(work("x |> conv2d_transpose(4, kernel: 3, stride: 2)"), 9 * 12 * 6 * 2 * 9 * 4 + 18 * 24 * 4);
});

test("MobileNetV2 of the library's blocks has the published number of weights", () => {
  const source = `import { conv_block, mobile_block } from "std/vision"
block stage(x: f32[h, w, c], width: int, count: int, stride: int = 2, expand: int = 6) -> f32[ceil(h / stride), ceil(w / stride), width] {
  x = x |> mobile_block(width, expand: expand, stride: stride)
  repeat count - 1 { x = x |> mobile_block(width, expand: expand) }
  return x
}
model MobileNetV2 {
  input image: f32[224, 224, 3]
  x = image |> conv_block(32, stride: 2) |> stage(16, 1, stride: 1, expand: 1) |> stage(24, 2) |> stage(32, 3) |> stage(64, 4)
  x = x |> stage(96, 3, stride: 1) |> stage(160, 3) |> stage(320, 1, stride: 1) |> conv_block(1280, kernel: 1)
  output kind: f32[1000] = x |> global_avg_pool |> dropout(0.2) |> dense(1000)
}
`;
  assert.is(summarize(instance(source)).totals.weightsTrained, 3_504_872);
});

test.run();
