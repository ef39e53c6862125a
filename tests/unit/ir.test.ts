// Laws of the IR: printing and parsing are inverse, the verifier accepts what is sound and names what is not, bad text is an answer.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { nowhere } from "../../compiler/ir/builder.js";
import type { Module, Op } from "../../compiler/ir/module.js";
import { ops, type OpKind } from "../../compiler/ir/ops.js";
import { parse } from "../../compiler/ir/parse.js";
import { print } from "../../compiler/ir/print.js";
import { verify } from "../../compiler/ir/verify.js";
import { majorityKernels } from "../../compiler/passes/majority-kernels.js";
import { randomProgram, withoutPlaces } from "../support/modules.js";

const sound = `module Digits {
  weight "dense.kernel" kernel f32[784, 128] (feature, feature) = he_normal(784, 128) trained set(4, mix: dirichlet(1), per: kernel, init: centred(0.1), rate: mixture, moments: shared, anneal: 0)
  weight "dense.bias" bias f32[128] (feature) = zeros trained
  graph forward(%0: f32[batch, 28, 28, 1] "image") {
    %1 = reshape(%0) {shape: [784]} : f32[batch, 784] @"flatten"
    %2 = weight() {path: "dense.kernel"} : f32[4, 784, 128] @"dense"
    %3 = mix(%2) {path: "dense.kernel"} : f32[784, 128] @"dense"
    %4 = matmul(%1, %3) : f32[batch, 128] @"dense"
    %5 = weight() {path: "dense.bias"} : f32[128] @"dense"
    %6 = add(%4, %5) : f32[batch, 128] @"dense"
    output "digit" = %6
  }
  graph loss(%0: f32[batch, 128] "digit", %1: i32[batch] "row.label") {
    %2 = cross_entropy(%0, %1) {smoothing: 0.1} : f32[]
    output "cross_entropy" = %2
  }
  graph metrics(%0: f32[batch, 128] "digit", %1: i32[batch] "row.label") {
    %2 = accuracy(%0, %1) : f32[]
    output "accuracy" = %2
  }
}
`;

function parsed(text: string): Module {
  const result = parse(text);
  if (result.kind === "error") throw new Error(`${result.line}:${result.column} ${result.message}`);
  return result.module;
}

test("the canonical text reads back and verifies", () => {
  assert.is(print(parsed(sound)), sound);
  assert.equal(verify(parsed(sound)), []);
});

test("parse(print(m)) is m without places", () => {
  fc.assert(
    fc.property(randomProgram, ({ module, reach }) => {
      for (const each of [module, majorityKernels(reach).run(module)]) {
        assert.equal(verify(each), []);
        const text = print(each);
        assert.equal(parsed(text), withoutPlaces(each));
        assert.is(print(parsed(text)), text);
      }
    }),
    { numRuns: 300 },
  );
});

test("initial values out of other models are checked against the shape, segments against the axis", () => {
  const init = 'fused(from: [part("left", "dense.bias", factor: 1, share: 0.5), part("right", "dense.bias", factor: 1, share: 0.5)], axes: [2 x [0: 32, 1: 30, new: 2]], contracts: none, rest: zeros, plain: zeros)';
  const text = sound.replace("f32[128] (feature) = zeros", `f32[128] (feature) = ${init}`);
  assert.is(print(parsed(text)), text);
  assert.equal(verify(parsed(text)), []);
  const edits: readonly (readonly [find: string, replace: string, problem: RegExp])[] = [
    ["2 x [0: 32", "3 x [0: 32", /do not fill the shape/],
    ["axes: [2 x [0: 32, 1: 30, new: 2]]", "axes: []", /do not fill the shape/],
    ["1: 30", "2: 30", /a run belongs to no source/],
    ["contracts: none", "contracts: 1", /there is no axis to sum over/],
    ["rest: zeros", "rest: normal(-1)", /a standard deviation is at least 0/],
    ["plain: zeros", "plain: normal(-1)", /has a number that does not fit/],
  ];
  for (const [find, replace, problem] of edits) {
    assert.ok(text.includes(find), find);
    assert.match(verify(parsed(text.replace(find, replace))).join("\n"), problem);
  }
  const norm = sound.replace('output "digit" = %6', '%7 = rms_norm(%6, %5) {epsilon: 1, segments: [0, 64, 1, 64]} : f32[batch, 128]\n    output "digit" = %7');
  assert.equal(verify(parsed(norm)), []);
  for (const odd of ["[0, 64, 1, 63]", "[0, 64, 1, 64, 1]", "[0, -1, 1, 129]"]) assert.ok(verify(parsed(norm.replace("[0, 64, 1, 64]", odd))).length > 0, odd);
});

test("damaged text is an answer with a position inside the text, never a throw", () => {
  fc.assert(
    fc.property(fc.nat(sound.length), fc.nat(6), fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom("%", "}", '"', "[", "99999999999999999999", "1e999", "graph", "\\u00zz", "//")), (at, length, insert) => {
      const text = sound.slice(0, at) + insert + sound.slice(at + length);
      const result = parse(text);
      if (result.kind === "ok") assert.ok(Array.isArray(verify(result.module)));
      else {
        const lines = text.split("\n");
        assert.ok(result.line >= 1 && result.line <= lines.length && result.column >= 1 && result.column <= (lines[result.line - 1] ?? "").length + 1, JSON.stringify(result));
      }
    }),
    { numRuns: 3000 },
  );
});

test("messages of the reader say what was expected where", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", '1:1 expected "module", found the end'],
    ["module M {", '1:11 expected "}", found the end'],
    ["module M {\n  graph forward() {\n    %1 = constant() {value: 1} : f32[]\n  }\n}", '3:5 expected %0, found "%1"'],
    ["module M { graph forward() { %0 = frobnicate() : f32[] } }", '1:35 expected the name of an op, found "frobnicate"'],
    ["module M { § }", "1:12 no token begins here"],
  ];
  for (const [text, expected] of cases) {
    const result = parse(text);
    assert.is(result.kind === "error" ? `${result.line}:${result.column} ${result.message}` : "ok", expected);
  }
});

test("a long text of open brackets neither hangs nor overflows", () => {
  assert.is(parse("module M { weight ".repeat(200_000)).kind, "error");
  assert.is(parse("[".repeat(1_000_000)).kind, "error");
});

test("the verifier names each broken promise", () => {
  const edits: readonly (readonly [find: string, replace: string, problem: RegExp])[] = [
    ["add(%4, %5)", "add(%4, %9)", /%9 is used before it is defined/],
    ["matmul(%1, %3) : f32[batch, 128]", "matmul(%1, %3) : f32[batch, 127]", /the type is f32\[batch, 128\], not f32\[batch, 127\]/],
    ["matmul(%1, %3)", "matmul(%1)", /matmul has 1 operands/],
    ["{smoothing: 0.1}", "{smoothing: 2}", /attribute smoothing of cross_entropy does not fit: 2/],
    ["{smoothing: 0.1}", "", /attribute smoothing of cross_entropy is missing/],
    ["{smoothing: 0.1}", "{smoothing: 0.1, rate: 1}", /attribute rate is not one of cross_entropy/],
    ['%5 = weight() {path: "dense.bias"}', '%5 = weight() {path: "dense.bios"}', /there is no weight "dense.bios"/],
    ["{shape: [784]}", "{shape: [783]}", /has not as many elements as \[783\]/],
    ['weight "dense.bias"', 'weight "dense.kernel"', /two weights have the path "dense.kernel"/],
    ["f32[128] (feature)", "f32[128] (feature, fixed)", /2 axes are declared, the shape has 1/],
    ["set(4,", "set(1,", /a kernel set has at least two kernels, not 1/],
    ["bias f32[128] (feature) = zeros trained", "statistic f32[128] (feature) = zeros trained", /a statistic is not trainable/],
    ['output "digit" = %6', 'output "digit" = %7', /output "digit" is %7, which does not exist/],
    ["%2 = cross_entropy(%0, %1) {smoothing: 0.1} : f32[]", "%2 = accuracy(%0, %1) : f32[]\n    %3 = neg(%2) : f32[]", /a metric is an output and nothing else/],
    ["i32[batch] \"row.label\") {\n    %2 = cross", "i32[batch, 2] \"row.label\") {\n    %2 = cross", /are not labels of/],
    ["%2 = accuracy(%0, %1) : f32[]", '%2 = weight() {path: "dense.bias"} : f32[128]', /weights are read in forward only/],
  ];
  for (const [find, replace, problem] of edits) {
    assert.ok(sound.includes(find), find);
    const problems = verify(parsed(sound.replace(find, replace)));
    assert.match(problems.join("\n"), problem);
  }
});

test("a loss may have weights of examples or of labels, and of nothing else", () => {
  const weighed = (weights: string, target = 'i32[batch]'): string =>
    sound.replace('graph loss(%0: f32[batch, 128] "digit", %1: i32[batch] "row.label") {\n    %2 = cross_entropy(%0, %1)', `graph loss(%0: f32[batch, ${target === "i32[batch]" ? "" : "5, "}128] "digit", %1: ${target} "row.label", %2: ${weights} "weights.label") {\n    %3 = cross_entropy(%0, %1, %2)`).replace('output "cross_entropy" = %2', 'output "cross_entropy" = %3');
  const text = weighed("f32[batch]");
  assert.is(print(parsed(text)), text);
  assert.equal(verify(parsed(text)), []);
  for (const fits of ["f32[batch]", "f32[batch, 5]"]) assert.equal(verify(parsed(weighed(fits, "i32[batch, 5]"))), [], fits);
  for (const odd of ["f32[5]", "f32[batch, 4]", "f32[]"]) assert.match(verify(parsed(weighed(odd, "i32[batch, 5]"))).join("\n"), /are no weights of/, odd);
  assert.match(verify(parsed(text.replace("cross_entropy(%0, %1, %2)", "cross_entropy(%0, %1, %2, %2)"))).join("\n"), /are not lengths of/);
  const metric = sound.replace('%1: i32[batch] "row.label") {\n    %2 = accuracy(%0, %1)', '%1: i32[batch] "row.label", %2: f32[batch] "weights.*") {\n    %3 = accuracy(%0, %1, %2)').replace('output "accuracy" = %2', 'output "accuracy" = %3');
  assert.match(verify(parsed(metric)).join("\n"), /are not lengths of/);
});

test("every op has a rule that refuses operands of no use", () => {
  const junk = { dtype: "bool" as const, shape: [0, 0, 0, 0, 0], batched: false };
  for (const kind of Object.keys(ops) as OpKind[]) {
    const op: Op = { kind, operands: ops[kind].operands === 0 ? [] : [0, 0, 0, 0, 0].slice(0, ops[kind].operands ?? 1), attributes: {}, type: { dtype: "i32", shape: [7], batched: false }, path: "", hint: null, origin: nowhere };
    const module: Module = { name: "M", weights: [], graphs: [{ name: "forward", inputs: [{ name: "x", type: junk }], ops: [op], outputs: [] }] };
    assert.ok(verify(module).length > 0, kind);
  }
});

test.run();
