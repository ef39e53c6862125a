// Mistakes in programs: which message, where, and that one mistake gives one message; fixes that mend.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { check, mend, net } from "./semantics-support.js";

/** A case: the source and the lines it gives. */
function gives(name: string, source: string, lines: readonly string[], files: Readonly<Record<string, string>> = {}): void {
  test(name, () => assert.equal(check(source, files).lines, lines));
}

/** The first fix makes the program right. */
function mends(name: string, source: string, part: string): void {
  test(name, () => {
    assert.is.not(check(source).diagnostics.length, 0);
    const mended = mend(source);
    assert.ok(mended.includes(part), mended);
    assert.equal(check(mended).lines, []);
  });
}

gives("a name that is nearly right", net("output y = x |> dens(2)"), ['3:19 unknown-layer {"name":"dens","nearest":"dense"}']);
gives("an error silences what follows from it", net("h = x |> dens(2)\ng = h |> relu |> dense(3)\noutput y: f32[9] = g + h"), ['3:12 unknown-layer {"name":"dens","nearest":"dense"}']);
gives("a block that is never used is checked for names", "block b(x: f32[d], k: int) -> f32[d] {\n  return x |> dense(kk, bais: false)\n}\n", [
  '2:21 unknown-name {"name":"kk","nearest":"k"}',
  '2:25 unknown-option {"option":"bais","of":"dense","nearest":"bias"}',
]);
gives("a name ends with its braces", net("repeat 2 {\n  inner = x |> dense(4)\n}\noutput y = inner"), ['6:14 unknown-name {"name":"inner","nearest":""}']);
gives("a binding from inside braces stays", net("repeat 2 {\n  x = x |> dense(4)\n}\noutput y: f32[4] = x"), []);
gives("the same mistake in each turn is said once", net("repeat 5 {\n  x = x |> dense(4, bais: 1)\n}\noutput y = x"), ['4:21 unknown-option {"option":"bais","of":"dense","nearest":"bias"}']);
gives("overparam 0", net("output y = x |> dense(2) overparam 0"), ['3:38 option-range {"option":"copies","of":"overparam","range":"a whole number from 1 to 1024","found":"0"}']);
gives("overparam 2.5", net("output y = x |> dense(2) overparam 2.5"), ['3:38 not-whole {"what":"`copies` of `overparam`","found":"2.5"}']);
gives("overparam -1", net("output y = x |> dense(2) overparam(-1)"), ['3:38 option-range {"option":"copies","of":"overparam","range":"a whole number from 1 to 1024","found":"-1"}']);
gives("overparam with a misspelled rule", net("output y = x |> dense(2) overparam(4, mix: unifrom)"), ['3:46 option-type {"option":"mix","of":"overparam","expected":"`dirichlet`, `uniform` or `mean`","found":"`unifrom`"}']);
gives("overparam with an unknown option", net("output y = x |> dense(2) overparam(4, mixx: uniform)"), ['3:41 unknown-option {"option":"mixx","of":"overparam","nearest":"mix"}']);
gives("an annotation that reaches nothing", net("output y = x |> relu overparam 4"), ["3:24 overparam-without-kernel {}"]);
gives("an outer annotation that the inner ones replace", "model Net overparam 8 {\n  input x: f32[4]\n  output y = x |> dense(2) overparam 4\n}\n", ["1:11 overparam-without-kernel {}"]);
gives("frozen with an overparam beside it", net("output y = x |> dense(2) overparam 4 frozen"), ["3:28 overparam-without-kernel {}"]);
gives("frozen around an overparam", `block wide(x: f32[d]) -> f32[2] {\n  return x |> dense(2) overparam 4\n}\n${net("output y = x |> wide frozen")}`, []);
gives("frozen in one use alone", net("layer same = dense(4)\noutput y = x |> same frozen |> same"), ['4:34 shared-frozen-differs {"layer":"same"}']);
gives("a model by another name, called in a body", `model Inner(d: int) {\n  input x: f32[4]\n  output y = x |> dense(d)\n}\nmodel Named = Inner(d: 3)\n${net("output y: f32[3] = x |> Named frozen")}`, []);
gives("a sequence that a recurrent layer cannot take", net("output y = x |> lstm(3)"), ['3:19 shape-mismatch {"layer":"lstm","expected":"a sequence f32[t, in]","found":"f32[4]"}']);
gives("an initial state of another size", net("output y = z |> gru(3, initial: x)", "", "x: f32[4], z: f32[5, 2]"), ['3:19 shape-mismatch {"layer":"gru","expected":"`initial` of f32[3]","found":"f32[4]"}']);
gives("an initial state that is no tensor", net("output y = z |> gru(3, initial: 0)", "", "x: f32[4], z: f32[5, 2]"), ['3:35 tensor-expected {"layer":"gru","found":"0"}']);
gives("an initial state twice", net("output y = z |> gru(3, initial: x, initial: x)", "", "x: f32[3], z: f32[5, 2]"), ['3:38 unknown-option {"option":"initial","of":"gru","nearest":""}']);
gives("a compile-time power that is too large", "let a = 2 ** 10 ** 9\n", ['1:9 number-error {"problem":"is too large to compute with"}']);
gives("division that is not whole", net("output y = x |> dense(28 / 3)"), ['3:25 not-whole {"what":"`units` of `dense`","found":"28/3"}']);
gives("a tensor where a number is due", net("output y = x |> dense(x)"), ['3:25 option-type {"option":"units","of":"dense","expected":"a whole number","found":"f32[4]"}']);
gives("operators show both shapes", net("output y = (x |> dense(8)) + (x |> dense(6))"), ['3:14 shape-mismatch {"layer":"+","expected":"equal sizes, or 1, from the right","found":"f32[8] and f32[6]"}']);
gives("a mistake with the numbers of a call stands at the call and is told once", `block add(x: f32[d], k: int) -> f32[d] {\n  return x + (x |> dense(k))\n}\n${net("output y = x |> add(5) |> add(6)")}`, ['6:19 shape-mismatch {"layer":"+","expected":"equal sizes, or 1, from the right","found":"f32[4] and f32[5]"}']);
gives("signatures bind sizes and check them", `block same(a: f32[d], b: f32[d]) -> f32[d] {\n  return a + b\n}\n${net("output y = same(x, z)", "", "x: f32[4], z: f32[5]")}`, ['6:22 argument-type {"of":"same","name":"b","expected":"f32[4]","found":"f32[5]"}']);
gives("a computed size of a signature", `block two(x: f32[d], y: f32[2 * d]) -> f32[3 * d] {\n  return concat(x, y)\n}\n${net("output a: f32[12] = two(x, z)\noutput b = two(x, x)", "", "x: f32[4], z: f32[8]")}`, ['7:21 argument-type {"of":"two","name":"y","expected":"f32[8]","found":"f32[4]"}']);
gives("dtypes are never converted", net("output y = t |> dense(2)", "", "t: i32[3]"), ['3:19 shape-mismatch {"layer":"dense","expected":"f32","found":"i32[3]"}']);
gives("indices beyond a table", net("output y = t |> embedding(9, 4)", "", "t: i32[3] below 10"), ['3:19 shape-mismatch {"layer":"embedding","expected":"indices below 9","found":"indices below 10"}']);
gives("recursion without an end", "block f(x: f32[d]) -> f32[d] {\n  return x |> f\n}\n" + net("output y = x |> f"), ['2:15 recursion-limit {"limit":64,"what":"calls"}']);
gives("recursion that doubles ends in time", "block f(x: f32[d], n: int) -> f32[d] {\n  if n == 0 { return x }\n  return f(x, n - 1) + f(x, n - 1)\n}\n" + net("output y = x |> f(60)"), ['3:29 model-too-large {"limit":"1,000,000 evaluated expressions"}']);
gives("private, unknown and double imports", 'import { _hidden, shwon, shown, shown } from "./other.sop"\nlet a = shown\n', ['1:10 private-name {"name":"_hidden","file":"./other.sop"}', '1:19 unknown-import {"name":"shwon","file":"./other.sop","nearest":"shown"}', '1:33 duplicate-declaration {"name":"shown"}'], {
  "other.sop": "let _hidden = 1\nlet shown = 2\n",
});
gives("a circle of imports names its files", 'import { b } from "./b.sop"\nlet a = 1\n', ['b.sop:1:19 import-cycle {"cycle":"`main.sop` -> `b.sop` -> `main.sop`"}'], { "b.sop": 'import { a } from "./main.sop"\nlet b = 2\n' });
const sequence = "x: f32[6, 8], m: f32[5, 3]";
gives("heads that do not divide the size", net("output y = x |> self_attention(3)", "", sequence), ['3:19 shape-mismatch {"layer":"self_attention","expected":"a size that 3 heads divide","found":"f32[6, 8]"}']);
gives("attention over a vector", net("output y = x |> self_attention(2)"), ['3:19 shape-mismatch {"layer":"self_attention","expected":"a sequence, f32[positions, features]","found":"f32[4]"}']);
gives("heads of keys that do not divide the heads", net("output y = x |> self_attention(4, kv_heads: 3)", "", sequence), ['3:19 shape-mismatch {"layer":"self_attention","expected":"`kv_heads` that divide the 4 heads","found":"3"}']);
gives("rotary heads of an odd size", net("output y = x |> self_attention(8, rotary: true)", "", sequence), ['3:19 shape-mismatch {"layer":"self_attention","expected":"heads of an even size for `rotary`","found":"heads of size 1"}']);
gives("a bias of another length", net("output y = x |> self_attention(2, bias: relative_bias(2, length: 5))", "", sequence), ['3:19 shape-mismatch {"layer":"self_attention","expected":"a bias f32[2, 6, 6]: heads, positions that read, positions that are read","found":"f32[2, 5, 5]"}']);
gives("a bias that is no tensor", net("output y = x |> self_attention(2, bias: false)", "", sequence), ['3:43 tensor-expected {"layer":"self_attention","found":"false"}']);
gives("attention without a memory", net("output y = x |> cross_attention(2)", "", sequence), ['3:35 tensor-expected {"layer":"cross_attention","found":"2"}']);
gives("attention to a memory of another size", net("output y = x |> cross_attention(m, 2)", "", sequence), []);
gives("more positions than rows", net("output y = x |> learned_positions(5)", "", sequence), ['3:19 shape-mismatch {"layer":"learned_positions","expected":"at most 5 positions","found":"f32[6, 8]"}']);
gives("pairs of an odd size", net("output y = m |> rotary", "", sequence), ['3:19 shape-mismatch {"layer":"rotary","expected":"a size that 2 divides: pairs","found":"f32[5, 3]"}']);
gives("buckets for two directions", net("output y = x |> self_attention(2, bias: relative_bias(2, length: 6, buckets: 6))", "", sequence), ['3:43 shape-mismatch {"layer":"relative_bias","expected":"a number of `buckets` that 4 divides","found":"6"}']);
gives("a table that is used both ways", net("layer tok = embedding(9, 4)\noutput y: f32[3, 9] = t |> tok |> tok.unembed", "", "t: i32[3] below 9"), []);
gives("a table is as wide as its rows", net("layer tok = embedding(9, 4)\noutput y = t |> tok |> dense(5) |> tok.unembed", "", "t: i32[3] below 9"), ['4:38 shape-mismatch {"layer":"unembed","expected":"a last axis of 4, the size of a row of the table","found":"f32[3, 5]"}']);
gives("two uses of a table have one kernel set", net("layer tok = embedding(9, 4)\noutput y = (t |> tok overparam(2, embeddings: true)) |> tok.unembed", "", "t: i32[3] below 9"), ['4:59 shared-overparam-differs {"layer":"tok","first":2,"second":1}']);
gives("only a table has another way round", net("layer wide = dense(4)\noutput y = x |> wide.unembed"), ['4:19 unknown-layer {"name":"wide.unembed","nearest":""}']);
gives("unembed is no layer of its own", net("output y = x |> unembed(9, 4)"), ['3:19 unknown-layer {"name":"unembed","nearest":""}']);
gives("std/transformer", 'import { decoder_layer } from "std/transformer"\n' + net("output y: f32[6, 8] = x |> decoder_layer(heads: 4)", "", "x: f32[6, 8]"), []);
gives("a package", 'import { a } from "pkg:b/c"\n', ['1:19 package-not-found {"package":"b"}']);
gives("values may be called like layers, and layers are found all the same", net("mean = x |> dense(3)\noutput y = mean |> mean"), []);
gives("a file shadows a layer", `block relu(x: f32[d]) -> f32[d] {\n  return x * 2\n}\n${net("output y: f32[4] = x |> relu")}`, []);
gives("inside a declaration with a syntax error nothing else is said", "model Net {\n  input x: f32[4]\n  y = x |> \n  output z: f32[3] = y |> dens(2)\n}\nlet a = 1 + true\n", ['3:11 expected-syntax {"expected":"a name","found":"the end of the line"}', '6:13 operand-type {"operator":"+","expected":"numbers or tensors","found":"true"}']);

mends("the fix of a misspelled name", net("output y = x |> dens(2)"), "dense(2)");
mends("the fix of a misspelled option", net("output y = x |> dense(2, bais: false)"), "bias: false");
mends("the fix of a division rounds", net("output y = x |> dense(28 / 3)"), "dense(floor(28 / 3))");
mends("the fix of a result changes the layer", net("output y: f32[12] = x |> dense(10) |> relu"), "dense(12)");
mends("the fix of a sum changes the second layer", net("output y = (x |> dense(8)) + (x |> dense(6) |> tanh)"), "dense(8) |> tanh");

test("notes of a shape mismatch in a call say where it is in the block, and where the tensors come from", () => {
  const source = `block add(x: f32[d], k: int) -> f32[d] {\n  return x + (x |> dense(k))\n}\n${net("output y = x |> add(5)")}`;
  const [diagnostic] = check(source).diagnostics;
  const places = (diagnostic?.notes ?? []).map(({ origin, message }) => `${source.slice(origin.span.start, origin.span.end)}: ${message}`);
  assert.equal(diagnostic?.origin.span, { start: source.indexOf("add(5)"), end: source.indexOf("add(5)") + "add(5)".length });
  assert.equal(places, ["x + (x |> dense(k)): It fails here, with the sizes of this call.", "x: f32[4] comes from here.", "dense(k): f32[5] comes from here."]);
});

test("mistakes are bounded in time and number", () => {
  const start = performance.now();
  assert.equal(check(net("repeat 1_000_000_000 {\n  n = 1\n}\noutput y = x")).lines.map((line) => line.split(" ")[1]), ["model-too-large"]);
  assert.equal(check(net(`repeat 100_000 {\n  repeat 100_000 {\n    x = x |> relu\n  }\n}\noutput y = x`)).lines.map((line) => line.split(" ")[1]), ["model-too-large"]);
  check(`let a = ${"1 + ".repeat(5000)}1\n`);
  assert.ok(performance.now() - start < 30_000, "bounded");
});

test.run();
