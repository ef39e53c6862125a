// The lowering: which weights `overparam` reaches, weights of layers that are applied twice, places, and every kind of application.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Op } from "../../compiler/ir/module.js";
import { verify } from "../../compiler/ir/verify.js";
import { lowerInstance, lowerRun } from "../../compiler/lower/lower.js";
import { lowerings } from "../../compiler/lower/lowerings.js";
import { layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import type { OptionValue } from "../../compiler/semantics/option-value.js";
import type { Instance } from "../../compiler/semantics/semantic-model.js";
import { GraphMaker, makeRun, overparam4, somewhere } from "../support/runs.js";

function instanceOf(maker: GraphMaker, output: number): Instance {
  return { model: "M", args: [], doc: null, graph: maker.graph({ y: output }), origin: somewhere };
}

function opsOf(maker: GraphMaker, output: number): readonly Op[] {
  const { module } = lowerInstance(instanceOf(maker, output));
  assert.equal(verify(module), []);
  return module.graphs[0]?.ops ?? [];
}

test("a run becomes three graphs that verify, with roles and reach as declared", () => {
  const { module, reach } = lowerRun(makeRun());
  assert.equal(verify(module), []);
  assert.equal(module.graphs.map((graph) => graph.name), ["forward", "loss", "metrics"]);
  assert.equal(module.weights.filter((weight) => weight.set !== null), []);
  assert.equal([...reach.keys()], ["dense.kernel"]);
  assert.equal(reach.get("dense.kernel"), { copies: 4, mix: overparam4.mix, per: "kernel", init: overparam4.init, rate: "mixture", moments: "shared", anneal: 0 });
  assert.equal(
    module.weights.map((weight) => [weight.path, weight.role, weight.trainable]),
    [
      ["dense.kernel", "kernel", true],
      ["dense.bias", "bias", true],
      ["dense_norm.scale", "scale", true],
      ["dense_norm.bias", "bias", true],
      ["dense_norm.mean", "statistic", false],
      ["dense_norm.variance", "statistic", false],
      ["dense_2.kernel", "kernel", true],
      ["dense_2.bias", "bias", true],
    ],
  );
});

test("overparam reaches embeddings only when it says so, and nothing frozen", () => {
  const reachOf = (more: Parameters<GraphMaker["call"]>[3]): readonly string[] => {
    const maker = new GraphMaker();
    const x = maker.input("i", [], "i32");
    return [...lowerInstance(instanceOf(maker, maker.call("embedding", [x], { vocab: 9, d: 2 }, { path: "embedding", ...more }))).reach.keys()];
  };
  assert.equal(reachOf({ overparam: overparam4 }), []);
  assert.equal(reachOf({ overparam: { ...overparam4, embeddings: true } }), ["embedding.table"]);
  assert.equal(reachOf({ overparam: { ...overparam4, embeddings: true }, frozen: true }), []);
});

test("a layer applied twice has its weights once", () => {
  const maker = new GraphMaker();
  const x = maker.input("x", [3]);
  const once = maker.call("dense", [x], { units: 3 }, { path: "shared" });
  const twice = maker.call("dense", [once], { units: 3 }, { path: "shared" });
  const { module } = lowerInstance(instanceOf(maker, twice));
  assert.equal(module.weights.map((weight) => weight.path), ["shared.kernel", "shared.bias"]);
  assert.equal(verify(module), []);
});

test("missing axes come after the batch", () => {
  const maker = new GraphMaker();
  const a = maker.input("a", [3]);
  const b = maker.input("b", [2, 3]);
  assert.equal(opsOf(maker, maker.call("add", [a, b])).map((op) => [op.kind, op.type.shape]), [["reshape", [1, 3]], ["add", [2, 3]]]);
});

test("an op's place is the innermost one in the file of the model", () => {
  const maker = new GraphMaker();
  const x = maker.input("x", [3]);
  const call = { file: "m.sop", span: { start: 7, end: 9 } };
  const y = maker.call("relu", [x], {}, { origin: { file: "std/vision", span: { start: 1, end: 2 } }, callers: [call, somewhere] });
  assert.equal(opsOf(maker, y)[0]?.origin, call);
});

test("an initial state is the last operand; what is frozen is as in evaluation", () => {
  const maker = new GraphMaker();
  const x = maker.input("x", [5, 3]);
  const start = maker.input("start", [2]);
  const gru = maker.call("gru", [x, start], { units: 2, initial: 1 }, { path: "gru" });
  assert.equal(opsOf(maker, gru).map(({ kind, operands }) => [kind, operands]).at(-1), ["gru", [0, 2, 3, 4, 5, 1]]);
  const norm = maker.call("batch_norm", [gru], {}, { path: "norm", frozen: true });
  const kept = maker.call("dropout", [norm], { rate: 0.5 }, { path: "drop", frozen: true });
  const { module } = lowerInstance(instanceOf(maker, kept));
  assert.equal(verify(module), []);
  assert.equal(module.graphs[0]?.ops.filter(({ kind }) => kind !== "weight").map(({ kind }) => kind), ["gru", "frozen_batch_norm"]);
  assert.equal(module.weights.filter(({ trainable }) => trainable).map(({ path }) => path), ["gru.kernel", "gru.recurrent", "gru.bias", "gru.recurrent_bias"]);
});

test("attention has the op with dropout only where a rate is given and it is not frozen", () => {
  const kinds = (options: Readonly<Record<string, OptionValue>>, frozen = false): readonly string[] => {
    const maker = new GraphMaker();
    return opsOf(maker, maker.call("self_attention", [maker.input("x", [5, 8])], { heads: 2, projection_bias: false, ...options }, { path: "self_attention", frozen }))
      .map(({ kind }) => kind)
      .filter((kind) => kind.includes("attention"));
  };
  assert.equal(kinds({}), ["attention"]);
  assert.equal(kinds({ dropout: 0 }), ["attention"]);
  assert.equal(kinds({ dropout: 0.1 }), ["dropout_attention"]);
  assert.equal(kinds({ dropout: 0.1 }, true), ["attention"]);
});

test("every kind of application lowers to ops that verify, with the type of its signature", () => {
  const needed: Readonly<Partial<Record<LayerKind, Readonly<Record<string, OptionValue>>>>> = {
    dense: { units: 2 },
    conv1d: { filters: 4, kernel: 3, stride: 2, groups: 1 },
    depthwise_conv2d: { kernel: [3, 3], multiplier: 2, dilation: [2, 1] },
    conv2d_transpose: { filters: 2, kernel: [3, 2], stride: [2, 3], padding: "valid" },
    resize: { size: [3, 9], method: "bilinear" },
    pad: { before: [1], after: [0, 2], value: 1 },
    conv2d: { filters: 2, kernel: [3, 3], stride: [2, 2], groups: 1 },
    embedding: { vocab: 9, d: 2 },
    unembed: { vocab: 9, d: 3 },
    self_attention: { heads: 4, kv_heads: 2, rotary: true },
    cross_attention: { heads: 4, dropout: 0.1 },
    rotary: { heads: 2 },
    learned_positions: { length: 7 },
    relative_bias: { heads: 2, length: 5 },
    lstm: { units: 2 },
    gru: { units: 2, reverse: true },
    dropout: { rate: 0.5 },
    max_pool: { size: [2, 2], padding: "same" },
    avg_pool: { size: [3, 3] },
    reshape: { shape: [3, 25] },
    concat: { axis: -2 },
    mean: { axis: [-1, 0] },
    one_hot: { depth: 4 },
    cast: { dtype: "i32" },
    constant: { value: 2 },
    top_k: { k: 2 },
    group_norm: { group_size: 1 },
    slice: { start: -2, size: 2, axis: 1 },
    learned: { shape: [2, 3] },
    recall: { k: 2 },
  };
  const image = [5, 5, 3];
  const tensors: Readonly<Partial<Record<LayerKind, readonly (readonly [shape: readonly number[], dtype: "f32" | "i32"])[]>>> = {
    embedding: [[[4], "i32"]],
    conv1d: [[[9, 3], "f32"]],
    one_hot: [[[4], "i32"]],
    self_attention: [[[5, 8], "f32"]],
    cross_attention: [[[5, 8], "f32"], [[6, 3], "f32"]],
    rotary: [[[5, 8], "f32"]],
    learned_positions: [[[5, 8], "f32"]],
    lstm: [[[5, 3], "f32"]],
    gru: [[[5, 3], "f32"]],
    constant: [],
    concat: [[image, "f32"], [[5, 2, 3], "f32"]],
    matmul: [[image, "f32"], [[5, 3, 4], "f32"]],
    contrastive: [[[4], "f32"], [[4], "f32"]],
    recall: [[[4], "f32"], [[4], "f32"]],
    cross_entropy: [[[4, 3], "f32"], [[4], "i32"]],
    accuracy: [[[4, 3], "f32"], [[4], "i32"]],
    top_k: [[[4, 3], "f32"], [[4], "i32"]],
    f1: [[[4, 3], "f32"], [[4], "i32"]],
    perplexity: [[[4, 3], "f32"], [[4], "i32"]],
  };
  for (const kind of Object.keys(lowerings) as LayerKind[]) {
    const maker = new GraphMaker();
    const count = layers[kind].tensors.length;
    const operands = (tensors[kind] ?? Array.from({ length: count }, () => [image, "f32"] as const)).map(([shape, dtype], index) => maker.input(`x${index}`, shape, dtype));
    const result = maker.call(kind, operands, needed[kind] ?? {}, { path: kind });
    const { module } = lowerInstance(instanceOf(maker, result));
    assert.equal(verify(module), [], kind);
    const { dtype, shape, batched } = maker.typeOf(result);
    assert.equal(module.graphs[0]?.ops.at(-1)?.type, { dtype, shape, batched }, kind);
  }
});

test.run();
