// Texts made to hurt: none may throw, hang or use up the stack, and what is parsed can be walked.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { walk } from "../../compiler/ast/visit.js";

const megabyte = 1 << 20;

const texts: Readonly<Record<string, string>> = {
  empty: "",
  "a byte order mark": "\ufefflet a = 1\n",
  "NUL bytes": "\0".repeat(1000) + "let a = 1\n",
  "lone surrogates": "let \ud800 = \udc00\n",
  "a megabyte without a newline": `let a = b ${"c ".repeat(megabyte / 2)}`,
  "a word of a megabyte": "x".repeat(megabyte),
  "a number of a megabyte": `let a = ${"1".repeat(megabyte)}`,
  "a string of a megabyte without end": `let a = "${"x".repeat(megabyte)}`,
  "a comment of a megabyte": `/*${"*".repeat(megabyte)}`,
  "100,000 open parentheses": `let a = ${"(".repeat(100_000)}`,
  "100,000 nested parentheses": `let a = ${"(".repeat(100_000)}1${")".repeat(100_000)}`,
  "100,000 open braces": `model A ${"{".repeat(100_000)}`,
  "100,000 closing braces": "}".repeat(100_000),
  "100,000 mixed brackets": "([{".repeat(33_333),
  "100,000 operators": `let a = 1${" + 1".repeat(100_000)}`,
  "100,000 powers": `let a = ${"a ** ".repeat(100_000)}1`,
  "100,000 conditions": `let a = ${"if a then b else ".repeat(100_000)}1`,
  "100,000 else-ifs": `model A {\n  if a { x = 1 }${" else if a { x = 1 }".repeat(100_000)}\n}\n`,
  "100,000 names of a path": `let a = a${".a".repeat(100_000)}`,
  "100,000 fields": `data a = b {\n  fields ${"a: f32, ".repeat(100_000)}\n}\n`,
  "braces on one line": `let a = f(${"}".repeat(20_000)})`,
};

for (const [name, text] of Object.entries(texts)) {
  test(name, () => {
    const { value, diagnostics } = parse({ path: "hostile.sop", text });
    assert.ok(diagnostics.length <= 201);
    let nodes = 0;
    walk(value, () => {
      nodes++;
    });
    assert.ok(nodes > 0);
  });
}

test("time grows with the length of the text, not faster", () => {
  const unit = "model A {\n  x = f(1, |> 3\n  y = = 2\n}\n";
  const seconds = (times: number): number => {
    const text = unit.repeat(times);
    const start = performance.now();
    parse({ path: "hostile.sop", text });
    return (performance.now() - start) / 1000;
  };
  seconds(500);
  const small = Math.max(seconds(500), 0.01);
  // Four times the text; sixteen times the time would be quadratic.
  assert.ok(seconds(2000) < 12 * small);
});

test("what is within the limits parses, however deep", () => {
  const deep = [
    `let a = ${"(".repeat(99)}1${")".repeat(99)}\n`,
    `let a = ${"f(".repeat(99)}1${")".repeat(99)}\n`,
    `let a = 1${" + 1".repeat(990)}\n`,
    `let a = ${"a ** ".repeat(990)}1\n`,
    `let a = x${" |> f".repeat(990)}\n`,
    `model A {${"repeat 3 {".repeat(98)}x = 1${"}".repeat(99)}\n`,
  ];
  for (const text of deep) assert.equal(parse({ path: "deep.sop", text }).diagnostics, []);
});

test.run();
