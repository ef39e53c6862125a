// Claims of Deep Fusion, measured: what is said to equal the mean of the sources does, what is said not to does not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { printProvenance } from "../../compiler/passes/deep-fusion/report.js";
import { measure, modelsOf, zeros, type Measured } from "../support/fusion.js";
import type { FusionOptions } from "../../compiler/passes/deep-fusion/fuse.js";
import { useCpu } from "../support/numeric.js";

await useCpu();

function isMean({ fusion, gaps }: Measured): void {
  const text = fusion.provenance === null ? "" : printProvenance(fusion.provenance);
  assert.equal(fusion.claims.map(({ kind }) => kind), fusion.claims.map(() => "mean"), text);
  for (const [output, gap] of Object.entries(gaps)) assert.ok(gap < 1e-5, `${output} is ${gap} from the mean\n${text}`);
}

/** Is not the mean, and is said not to be, because of these. */
function isNot({ fusion, gaps }: Measured, ...causes: readonly string[]): void {
  const text = fusion.provenance === null ? "" : printProvenance(fusion.provenance);
  for (const claim of fusion.claims) assert.equal(claim.kind === "not" ? [...new Set(claim.causes.map(({ id }) => id))] : claim.kind, causes, text);
  for (const [output, gap] of Object.entries(gaps)) assert.ok(gap > 1e-3, `${output} is ${gap} from the mean\n${text}`);
}

/** Two and three sources of unequal widths; `sizes` are arguments of `Net` for four sources, of which the last are those of 1 + 2 and 1 + 2 + 3. */
function fused(net: string, [left, right, third, two, three]: readonly [string, string, string, string, string], options: FusionOptions = zeros): readonly Measured[] {
  const models = modelsOf(`${net}
model Left = Net(${left})
model Right = Net(${right})
model Third = Net(${third})
model Two = Net(${two})
model Three = Net(${three})
`);
  return [
    measure(models, "Two", ["Left", "Right"], options),
    measure(models, "Two", ["Left", "Right"], { ...options, weights: [0.3, 0.7] }),
    measure(models, "Three", ["Left", "Right", "Third"], options),
  ];
}

const exact: Readonly<Record<string, readonly [net: string, sizes: readonly [string, string, string, string, string]]>> = {
  "a multilayer perceptron": [
    `model Net(a: int, b: int) {
      input x: f32[5]
      output y: f32[3] = x |> dense(a) |> relu |> dense(b) |> gelu |> dense(3)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
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
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
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
  "an lstm and a gru": [
    `model Net(a: int, b: int) {
      input x: f32[4, 3]
      output y: f32[2] = x |> lstm(a) |> gru(b, reverse: true, initial: learned([b])) |> last |> dense(2)
    }`,
    ["4, 6", "7, 2", "1, 3", "11, 8", "12, 11"],
  ],
};

for (const [name, [net, sizes]] of Object.entries(exact)) {
  test(`${name} is the mean`, () => fused(net, sizes).forEach(isMean));
}

test.run();
