// Applying fixes: rounds, edits that overlap, alternatives, and fixes that bring each other back.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic, Fix } from "../../compiler/diagnostics/diagnostic.js";
import { diagnose } from "../../compiler/diagnostics/catalog.js";
import { applyFixes } from "../../compiler/services/apply-fixes.js";
import { check, net } from "./semantics-support.js";

const fixed = (source: string): { readonly text: string; readonly titles: readonly string[]; readonly left: readonly string[] } => {
  const { texts, applied, left } = applyFixes(new Map([["main.sop", source]]), (current) => check(current.get("main.sop") ?? "").diagnostics);
  return { text: texts.get("main.sop") ?? "", titles: applied.map(({ fix }) => fix.title), left: left.map(({ id }) => id) };
};

/** A diagnostic at a place of `a.sop` with these fixes. */
const told = (start: number, fixes: readonly Fix[]): Diagnostic => diagnose("unused-result", { file: "a.sop", span: { start, end: start + 1 } }, { value: "x" }, { fixes });
const edit = (start: number, end: number, text: string): Fix => ({ title: text, edits: [{ span: { start, end }, text }] });

test("one mistake can hide another: rounds go on until nothing is left", () => {
  const { text, left } = fixed(`import { conv_blok } from "std/vision"\n${net("output y = x |> flaten |> dens(2, bais: false) |> dropout(0.5)")}`.replace("x: f32[4]", "x: f32[2, 2]").replace("x |> flaten", "conv_block(x |> reshape([2, 2, 1]), 3) |> flaten"));
  assert.equal(left, []);
  assert.match(text, /import \{ conv_block \}/);
  assert.match(text, /\|> flatten \|> dense\(2, bias: false\)\n/);
});

test("what is right stays as it is, and alternatives are left to people", () => {
  const right = net("output y: f32[2] = x |> dense(2)");
  assert.equal(fixed(right), { text: right, titles: [], left: [] });
  const two = net("output y: f32[3] = x |> dense(2)");
  assert.equal(fixed(two), { text: two, titles: [], left: ["result-type"] });
});

test("an import that is added stands below what is said of the file, above what is said of a declaration, and ends its lines as the file does", () => {
  const body = "model Net {\n  input x: f32[4, 4, 1]\n  output y = x |> conv_block(3)\n}\n";
  const line = 'import { conv_block } from "std/vision"\n';
  const added = (head: string, below = body): string => fixed(head + below).text;
  assert.is(added(""), `${line}\n${body}`);
  assert.is(added("// Of the file,\n// on two lines.\n\n\n"), `// Of the file,\n// on two lines.\n\n\n${line}\n${body}`);
  assert.is(added("\n  // Of the file.\n\n// Of the model.\n"), `\n  // Of the file.\n\n${line}\n// Of the model.\n${body}`);
  assert.is(added("/// Of the model.\n"), `${line}\n/// Of the model.\n${body}`);
  assert.is(added('// Of the import.\nimport { mlp } from "std/mlp"\n\n'), `// Of the import.\n${line}import { mlp } from "std/mlp"\n\n${body}`);
  const windows = (text: string): string => text.replaceAll("\n", "\r\n");
  assert.is(added(windows("// Of the file.\n\n"), windows(body)), windows(`// Of the file.\n\n${line}\n${body}`));
});

test("edits that touch are never made in one round", () => {
  let rounds = 0;
  const { texts, applied } = applyFixes(new Map([["a.sop", "abcdef"]]), () => (rounds++ === 0 ? [told(0, [edit(0, 3, "X")]), told(1, [edit(2, 4, "Y")]), told(2, [edit(3, 3, "Z")]), told(4, [edit(5, 6, "W")])] : []));
  assert.is(texts.get("a.sop"), "XdeW");
  assert.equal(applied.map(({ fix }) => fix.title), ["X", "W"]);
});

test("all edits of a fix are made, or none", () => {
  const both: Fix = { title: "both", edits: [{ span: { start: 0, end: 1 }, text: "1" }, { span: { start: 4, end: 5 }, text: "2" }] };
  let rounds = 0;
  const { texts } = applyFixes(new Map([["a.sop", "a b c"]]), () => (rounds++ === 0 ? [told(0, [edit(4, 5, "X")]), told(2, [both])] : []));
  assert.is(texts.get("a.sop"), "a b X");
});

test("fixes that bring each other back end", () => {
  const { texts, applied } = applyFixes(new Map([["a.sop", "a"]]), (current) => [told(0, [edit(0, 1, current.get("a.sop") === "a" ? "b" : "a")])]);
  assert.is(applied.length, 1);
  assert.is(texts.get("a.sop"), "b");
});

test("fixes that never end are stopped", () => {
  const { applied } = applyFixes(new Map([["a.sop", ""]]), () => [told(0, [edit(0, 0, "x")])]);
  assert.is(applied.length, 20);
});

test("files that are not named are not touched", () => {
  const { texts, applied } = applyFixes(new Map([["b.sop", "b"]]), () => [told(0, [edit(0, 1, "x")])]);
  assert.equal([...texts], [["b.sop", "b"]]);
  assert.equal(applied, []);
});

test.run();
