// The reference that users ask for word by word: complete against the tables, its examples compile, its shapes are those of the layers.

import { readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { format } from "../../compiler/ast/format.js";
import { catalog } from "../../compiler/diagnostics/catalog.js";
import { clauseSpecs } from "../../compiler/semantics/clauses/clauses.js";
import { generators } from "../../compiler/semantics/clauses/generators.js";
import { sources } from "../../compiler/semantics/clauses/source.js";
import { functions } from "../../compiler/semantics/functions.js";
import { isLayerName, layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import { libraries, plannedLayers, plannedLibraries } from "../../compiler/semantics/not-supported.js";
import { optimizers } from "../../compiler/semantics/optimizers.js";
import { overparamOptions } from "../../compiler/semantics/overparam.js";
import { selections } from "../../compiler/semantics/selections.js";
import { schedules } from "../../compiler/semantics/schedules.js";
import { reference, referenceEntries, referenceWords } from "../../compiler/services/reference.js";
import type { ReferenceEntry } from "../../compiler/services/reference/page.js";
import { probe, readRule } from "../../compiler/services/reference/weights-in-words.js";
import { memoryHost } from "../support/host.js";
import { check } from "./semantics-support.js";

const host = memoryHost({});
const entries = referenceEntries(host);

function only(word: string, kind: ReferenceEntry["kind"]): ReferenceEntry {
  const found = reference(word, host)?.entries.filter((entry) => entry.kind === kind) ?? [];
  const [entry] = found;
  if (entry === undefined || found.length > 1) throw new Error(`${found.length} entries for ${word} as ${kind}`);
  return entry;
}

test("each row of each table has an entry", () => {
  const expected: readonly (readonly [ReferenceEntry["kind"], readonly string[]])[] = [
    ["optimizer", Object.keys(optimizers)],
    ["schedule", Object.keys(schedules)],
    ["source", Object.keys(sources)],
    ["generator", Object.keys(generators)],
    ["number-function", Object.keys(functions)],
    ["library", libraries],
    ["selection", Object.keys(selections([]))],
    ["clause", Object.keys(clauseSpecs)],
  ];
  for (const [kind, words] of expected) assert.equal(entries.filter((entry) => entry.kind === kind).map(({ word }) => word), words, kind);
  const applied = entries.filter(({ kind }) => kind === "layer" || kind === "loss" || kind === "metric").map(({ word }) => word);
  assert.equal([...applied].sort(), Object.keys(layers).filter(isLayerName).sort());
  const planned = new Set(entries.filter(({ kind }) => kind === "planned").map(({ word }) => word));
  for (const word of [...plannedLayers, ...plannedLibraries]) assert.ok(planned.has(word), word);
  assert.equal(only("overparam", "annotation").options.map(({ name }) => name), overparamOptions.map(({ name }) => name));
});

test("the library's files are those of stdlib/", () => {
  const files = readdirSync(new URL("../../stdlib/", import.meta.url)).map((name) => `std/${name.replace(/\.sop$/, "")}`);
  assert.equal([...libraries].sort(), files.sort());
});

test("each entry says what it is and what it means, in whole sentences", () => {
  for (const { word, doc, options, notes, title } of entries) {
    assert.match(title, /^[a-z]/, word);
    for (const text of [doc, ...options.map((option) => option.doc), ...notes]) {
      assert.match(text, /[.)]$/, `${word}: ${text}`);
      assert.not.match(text, /undefined|\[object|NaN/, word);
    }
  }
});

test("each example is a program in canonical form without a diagnostic, and holds its line", () => {
  for (const { word, kind, example } of entries) {
    if (kind === "planned" || kind === "topic") {
      assert.is(example, null, word);
      continue;
    }
    if (example === null) throw new Error(`${word} (${kind}) has no example`);
    assert.equal(check(example.program).lines, [], `${word}\n${example.program}`);
    assert.is(format(parse({ path: "example.sop", text: example.program }).value, example.program), example.program, word);
    assert.ok(example.line !== "" && example.program.includes(example.line), `${word}: ${example.line}`);
    if (kind !== "library" && kind !== "construct" && kind !== "operator" && kind !== "generator") assert.ok(example.program.includes(word), `${word} is not in its example`);
  }
});

test("the shape rules in words are those that the compiler checks", () => {
  let checked = 0;
  for (const name of Object.keys(layers) as LayerKind[]) {
    const signature = layers[name];
    const { rule } = signature;
    assert.is(rule.takes.length, signature.tensors.length, name);
    // Axes beside the named ones, and none.
    for (const rest of [4, 0]) {
      const { tensors, options, names } = probe(signature, rest);
      // Sizes in brackets of an option, and those at an axis of choice, have no names to compare.
      if (name === "reshape" || name === "concat" || name === "mean" || name === "slice" || name === "pad" || name === "resize" || name === "constant") continue;
      // One of two options must be given, and fits any size.
      const result = signature.shape(tensors, name === "group_norm" ? { ...options, groups: 1 } : options);
      if (result.kind !== "ok") throw new Error(`${name}: expected ${result.expected}, found ${result.found}`);
      const { dtype, sizes } = readRule(rule.gives);
      assert.is(result.type.dtype, dtype === "dtype" ? options["dtype"] : dtype, name);
      const wanted = sizes.flatMap((size) => (size === "..." ? (rest === 0 ? [] : [String(rest)]) : [size]));
      const found = result.type.shape.map((size, axis) => {
        const text = wanted[axis] ?? "";
        return text.endsWith("'") || text === "n" ? text : (names.get(size) ?? String(size));
      });
      assert.equal(found, wanted, name);
      checked++;
    }
  }
  assert.ok(checked > 60, `${checked} rules`);
});

test("the sizes of windows in words are those that the compiler computes", () => {
  const size = (name: "conv2d" | "max_pool", options: Parameters<(typeof layers)["conv2d"]["shape"]>[1]): readonly number[] => {
    const result = layers[name].shape([{ dtype: "f32", shape: [29, 31, 3], batched: true, below: null }], { filters: 5, groups: 1, bias: true, ...options });
    return result.kind === "ok" ? result.type.shape : [];
  };
  for (const stride of [1, 2, 3]) {
    for (const window of [2, 3, 5]) {
      const pool = { size: [window, window], stride: [stride, stride] };
      assert.equal(size("max_pool", { ...pool, padding: "same" }), [Math.ceil(29 / stride), Math.ceil(31 / stride), 3]);
      assert.equal(size("max_pool", { ...pool, padding: "valid" }), [Math.floor((29 - window) / stride) + 1, Math.floor((31 - window) / stride) + 1, 3]);
      const dilation = stride === 1 ? 2 : 1;
      const filters = { kernel: [window, window], stride: [stride, stride], dilation: [dilation, dilation] };
      assert.equal(size("conv2d", { ...filters, padding: "same" }), [Math.ceil(29 / stride), Math.ceil(31 / stride), 5]);
      assert.equal(size("conv2d", { ...filters, padding: "valid" }), [Math.floor((29 - (window - 1) * dilation - 1) / stride) + 1, Math.floor((31 - (window - 1) * dilation - 1) / stride) + 1, 5]);
    }
  }
});

test("weights have the names of the signature for their sizes", () => {
  assert.equal(only("conv2d", "layer").weights, [
    { name: "kernel", type: "f32[kernel height, kernel width, c, filters]", role: "kernel", initial: "as `init` says", unless: null },
    { name: "bias", type: "f32[filters]", role: "bias", initial: "0", unless: "`bias: false`" },
  ]);
  assert.equal(only("embedding", "layer").weights.map(({ name, type, role }) => [name, type, role]), [["table", "f32[vocab, d]", "embedding"]]);
  assert.equal(only("batch_norm", "layer").weights.map(({ name, role, initial }) => [name, role, initial]), [
    ["scale", "scale", "1"],
    ["bias", "bias", "0"],
    ["mean", "statistic", "0"],
    ["variance", "statistic", "1"],
  ]);
  assert.equal(only("layer_norm", "layer").weights.map(({ name, type, role, initial }) => [name, type, role, initial]), [["scale", "f32[d]", "scale", "1"], ["bias", "f32[d]", "bias", "0"]]);
  assert.equal(only("learned", "layer").weights.map(({ name, type, role, initial }) => [name, type, role, initial]), [["value", "f32[shape]", "bias", "as `init` says"]]);
  assert.equal(only("relu", "layer").weights, []);
});

test("options have types with bounds and defaults as they are written", () => {
  const option = (word: string, kind: ReferenceEntry["kind"], name: string): readonly [string, string | null] => {
    const found = only(word, kind).options.find((each) => each.name === name);
    return [found?.type ?? "", found?.default ?? null];
  };
  assert.equal(option("dense", "layer", "units"), ["a whole number of at least 1", null]);
  assert.equal(option("embedding", "layer", "init")[1], "normal(0.02)");
  assert.equal(option("max_pool", "layer", "stride"), ["2 whole numbers in brackets, each at least 1, or one number", "size"]);
  assert.equal(option("warmup_cosine", "schedule", "warmup"), ["a length: `5%`, `200 steps` or `3 epochs`", "5%"]);
  assert.equal(option("sgd", "optimizer", "lr"), ["a number above 0, or a schedule", null]);
  assert.equal(option("adam", "optimizer", "betas")[1], "[0.9, 0.999]");
  assert.equal(option("synthetic", "source", "rows"), ["a whole number from 1 to 100,000,000", "10_000"]);
  assert.equal(option("csv", "source", "missing"), ["text in quotes", "nothing"]);
  assert.equal(option("overparam", "annotation", "mix"), ["`dirichlet(alpha)`, `uniform` or `mean`", "dirichlet(1)"]);
  assert.is(only("dense", "layer").signature, "dense(x: f32[..., in], units: int, bias: bool = true, init: initializer = he_normal, [l2: float]) -> f32[..., units]");
});

test("a layer says which tensors may be given by name, and how sizes of weights follow from units", () => {
  const page = only("lstm", "layer");
  assert.match(page.signature ?? "", /^lstm\(x: f32\[t, in\], units: int, .*\[initial: f32\[units\]\]\) -> f32\[t, units\]$/);
  assert.equal(page.weights.map(({ name, type }) => [name, type]), [["kernel", "f32[in, 4 units]"], ["recurrent", "f32[units, 4 units]"], ["bias", "f32[4 units]"]]);
  assert.match(only("frozen", "annotation").doc, /not trained/);
});

test("the library has its documentation, signatures, and what models take and give", () => {
  const page = only("std/vision", "library");
  assert.equal(page.members.map(({ name }) => name), ["conv_block", "residual", "separable_conv", "mobile_block", "resnet", "Resnet8", "Resnet20", "Vit"]);
  assert.match(page.doc, /^Convolutional blocks, residual networks/);
  const block = only("conv_block", "library-name");
  assert.match(block.doc, /^Convolution, batch norm, activation\./);
  assert.match(block.signature ?? "", /^block conv_block\(x: f32\[h, w, c\], width: int, kernel: ints = 3, .*\) -> f32\[ceil\(h \/ stride\), .*\]$/);
  assert.match(only("Resnet20", "library-name").signature ?? "", /overparam k\n {2}input image: f32\[h, w, c\]\n {2}output kind: f32\[classes\]$/);
  assert.equal(reference("_mlp_layer", host), null);
});

test("a word can mean several things, and an unknown one means nothing", () => {
  assert.equal(reference("mean", host)?.entries.map(({ kind }) => kind), ["layer", "annotation-value"]);
  assert.equal(reference("digits", host)?.entries.map(({ kind }) => kind), ["generator", "library-name"]);
  for (const word of ["dens", "", "constructor", "__proto__", "toString"]) assert.is(reference(word, host), null, word);
});

test("all words are listed once in a group, and none is the id of a diagnostic", () => {
  const listed = referenceWords(host).flatMap(({ words }) => words);
  for (const { word } of entries) assert.ok(listed.includes(word), word);
  for (const word of listed) assert.not.ok(Object.hasOwn(catalog, word), word);
});

test.run();
