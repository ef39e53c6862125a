// Programs on sequences of unequal length as text: their IR reads back, their TypeScript passes the type checker, names of lengths meet no other name;
// summaries and drawings print them as they are written.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ir/parse.js";
import { print } from "../../compiler/ir/print.js";
import { verify } from "../../compiler/ir/verify.js";
import { graphView } from "../../compiler/services/graph-view.js";
import { mermaid } from "../../compiler/services/mermaid.js";
import { summarize } from "../../compiler/services/summary.js";
import { compiled } from "../support/compiled.js";
import { raggedPrograms } from "../support/ragged-programs.js";
import { typeCheck } from "../support/type-check.js";
import { check } from "./semantics-support.js";

/** Fields and inputs whose names resemble those of lengths. */
const crowded = `data rows = jsonl("rows.jsonl") {
  fields words: i32[..6] below 9, words_length: f32, wordsLength: f32[..6], length: f32, constructor: f32[..6, 2]
}
model Net {
  input  words: i32[..6] below 9, words_length: f32, length: f32, constructor: f32[..6, 2]
  x = concat(words |> embedding(9, 2), constructor) |> lstm(3, reverse: true)
  output wordsLength = mean(x, axis: 1) * (length + words_length)
}
train net: Net on rows {
  loss      mse(wordsLength, row.wordsLength)
  optimizer adam(lr: 1e-3)
  batch     4
  steps     2
}
`;

test("IR with lengths reads back as it was printed and verifies; programs pass the type checker", async () => {
  const programs: Record<string, string> = {};
  for (const { name, source } of [...raggedPrograms, { name: "crowded", source: crowded }]) {
    const { ir, typescript } = await compiled(source);
    const read = parse(ir);
    if (read.kind === "error") throw new Error(`${name}: ${read.line}:${read.column} ${read.message}`);
    assert.is(print(read.module), ir.replace(/^\/\/.*\n/gm, ""), name);
    assert.equal(verify(read.module), [], name);
    programs[`${name}.ts`] = typescript;
  }
  assert.equal(typeCheck(programs), []);
});

test("what is no length of a sequence is refused where one is wanted", () => {
  const module = (line: string): string => `module M {\n  graph forward(%0: f32[batch, 4, 2] "x", %1: i32[batch] "x.length", %2: f32[batch] "y", %3: f32[4, 2] "z") {\n    ${line}\n    output "out" = %4\n  }\n}\n`;
  const problems = (line: string): number => {
    const read = parse(module(line));
    if (read.kind === "error") throw new Error(`${line}: ${read.message}`);
    return verify(read.module).length;
  };
  assert.is(problems("%4 = mean(%0, %1) {axes: [0]} : f32[batch, 2]"), 0);
  assert.is(problems("%4 = last(%0, %1) : f32[batch, 2]"), 0);
  assert.is(problems("%4 = ones_for_padding(%0, %1) : f32[batch, 4, 2]"), 0);
  assert.is(problems("%4 = mse(%0, %0, %1) : f32[]"), 0);
  for (const line of [
    "%4 = mean(%0, %1) {axes: [1]} : f32[batch, 4]",
    "%4 = mean(%0, %2) {axes: [0]} : f32[batch, 2]",
    "%4 = mean(%3, %1) {axes: [0]} : f32[2]",
    "%4 = last(%0, %2) : f32[batch, 2]",
    "%4 = last(%2, %1) : f32[batch]",
    "%4 = ones_for_padding(%3, %1) : f32[4, 2]",
    "%4 = mse(%0, %0, %3) : f32[]",
    "%4 = mse(%2, %2, %1) : f32[]",
    "%4 = mse(%0, %0, %1, %1) : f32[]",
  ]) assert.ok(problems(line) > 0, line);
});

test("summary and graph: `..` where a result differs in length, JSON with its input", () => {
  const { value: model, diagnostics } = check("model Net {\n  input  words: i32[..50] below 9\n  x = words |> embedding(9, 8)\n  output tag = x |> dense(2)\n  output y: f32[2] = x |> mean(axis: 0) |> dense(2)\n}\n");
  assert.equal(diagnostics, []);
  const [instance] = model.instances;
  if (instance === undefined) throw new Error("no instance");
  const { rows } = summarize(instance);
  assert.equal(rows.map(({ path, shape, ragged }) => [path, shape.join(), ragged]), [["embedding", "50,8", "words"], ["dense", "50,2", "words"], ["mean", "8", undefined], ["dense_2", "2", undefined]]);
  assert.equal(Object.keys(rows[2] ?? {}).includes("ragged"), false);
  const text = mermaid(graphView(instance, "trained"), "Net");
  for (const part of ['n0(["words<br>[..50]"])', 'n1["embedding<br>[..50, 8]<br>72 weights"]', '(["tag<br>[..50, 2]"])', '(["y<br>[2]"])']) assert.ok(text.includes(part), `${part} in ${text}`);
});

test.run();
