// std/vision: its networks have as many weights as the published ones, and overparam reaches their kernels.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { lowerInstance } from "../../compiler/lower/lower.js";
import type { Instance } from "../../compiler/semantics/semantic-model.js";
import { summarize } from "../../compiler/services/summary.js";
import { check } from "./semantics-support.js";

/** The instance that a run of this head trains on color images with sides of `size`. */
function instanceOf(name: string, head: string, size: number, classes = 10): Instance {
  const source = `import { ${name} } from "std/vision"\n\ndata photos = npz("photos.npz") {\n  fields image: f32[${size}, ${size}, 3], label: class[${classes}]\n}\n\ntrain t: ${head} on photos {\n  loss      cross_entropy(kind, label)\n  optimizer adam(lr: 1e-3)\n  batch     2\n  steps     2\n}\n`;
  const { value, lines } = check(source);
  assert.equal(lines, []);
  const [run] = value.runs;
  if (run === undefined) throw new Error("no run");
  return run.instance;
}

const trained = (instance: Instance): number =>
  lowerInstance(instance).module.weights.filter(({ role }) => role !== "statistic").reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);

/** Weights of a residual network for CIFAR with `n` blocks a stage: convolutions, scale and bias of each norm, the head; with option A or B for the way around. */
function published(n: number, hasProjection: boolean): number {
  const conv = (kernel: number, from: number, to: number): number => kernel * kernel * from * to + 2 * to;
  const stages = [[16, 16], [16, 32], [32, 64]] as const;
  const blocks = stages.reduce((sum, [from, to]) => sum + conv(3, from, to) + (2 * n - 1) * conv(3, to, to), 0);
  return conv(3, 3, 16) + blocks + (hasProjection ? conv(1, 16, 32) + conv(1, 32, 64) : 0) + 64 * 10 + 10;
}

test("residual networks have the weights of the paper's, with both ways around a block", () => {
  assert.is(published(3, false), 269_722);
  assert.is(published(3, true), 272_474);
  for (const [name, n] of [["Resnet8", 1], ["Resnet20", 3]] as const) {
    assert.is(trained(instanceOf(name, name, 32)), published(n, true));
    assert.is(trained(instanceOf(name, `${name}(projection: false)`, 32)), published(n, false));
    assert.is(summarize(instanceOf(name, `${name}(projection: false)`, 32)).totals.weightsShipped, summarize(instanceOf(name, `${name}(projection: false, k: 3)`, 32)).totals.weightsShipped);
  }
  assert.equal([published(1, true), published(1, false)], [78_042, 75_290]);
});

test("a way around without weights is every second pixel and zeros for new channels", () => {
  const { module } = lowerInstance(instanceOf("Resnet8", "Resnet8(projection: false)", 32));
  const around = module.graphs[0]?.ops.filter(({ kind }) => kind === "max_pool" || kind === "pad").map(({ kind, attributes }) => ({ kind, ...attributes }));
  assert.equal(around, [
    { kind: "max_pool", size: [1, 1], stride: [2, 2], padding: "valid" },
    { kind: "pad", before: [0, 0, 0], after: [0, 0, 16], value: 0 },
    { kind: "max_pool", size: [1, 1], stride: [2, 2], padding: "valid" },
    { kind: "pad", before: [0, 0, 0], after: [0, 0, 32], value: 0 },
  ]);
});

test("Vit has the weights of ViT-B/16 and of DeiT-Ti", () => {
  const vit = (d: number, depth: number): number => 16 * 16 * 3 * d + d + d + 197 * d + depth * (12 * d * d + 13 * d) + 2 * d + 1000 * d + 1000;
  assert.equal([vit(768, 12), vit(192, 12)], [86_567_656, 5_717_416]);
  for (const [d, heads] of [[768, 12], [192, 3]] as const) {
    assert.is(summarize(instanceOf("Vit", `Vit(classes: 1000, patch: 16, d: ${d}, heads: ${heads}, depth: 12)`, 224, 1000)).totals.weightsShipped, vit(d, 12));
  }
});

test("patches of Vit cover the image", () => {
  const { diagnostics } = check(`import { Vit } from "std/vision"\n\nmodel Odd {\n  input  image: f32[30, 32, 1]\n  output kind = image |> Vit\n}\n`);
  assert.equal(diagnostics.map(({ id, message }) => `${id}: ${message}`), ["assertion-failed: The assertion fails: `patch` divides height and width (found false and true)."]);
});

test("overparam reaches all kernels of an image model", () => {
  const reach = (name: string, head: string): readonly string[] => [...lowerInstance(instanceOf(name, head, 32)).reach.keys()];
  assert.is(reach("Resnet20", "Resnet20(k: 4)").length, 22);
  assert.equal(reach("Vit", "Vit(k: 4, depth: 1)"), [
    "conv2d.kernel",
    ...["query", "key", "value", "out"].map((part) => `encoder.repeat_1.1.encoder_layer.self_attention.${part}.kernel`),
    "encoder.repeat_1.1.encoder_layer.feed_forward.dense.kernel",
    "encoder.repeat_1.1.encoder_layer.feed_forward.dense_2.kernel",
    "dense.kernel",
  ]);
  assert.equal(reach("Vit", "Vit(depth: 1)"), []);
});

test.run();
