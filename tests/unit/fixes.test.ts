// Applying fixes: rounds, edits that overlap, alternatives, and fixes that are not kept since they help nothing.

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

test("a string is closed where its quote can be meant, before the brackets that end the line, and else nowhere", () => {
  const data = (source: string): string => `data moons = ${source}\n  fields x: f32, label: class[2]\n}\n`;
  const closed = data('csv("moons.csv") {');
  assert.equal(fixed(data('csv("moons.csv) {')), { text: closed, titles: ['Close it with `"`.'], left: [] });
  assert.equal(fixed(data("csv('moons.csv) {")), { text: closed, titles: ['Close it with `"`.'], left: [] });
  assert.is(fixed('import { mlp } from "std/mlp\n').text, 'import { mlp } from "std/mlp"\n');
  for (const unclear of ['csv("moons.csv, header: true) {', 'csv(moons.csv") {', 'csv("moons.csv) of {', 'csv("moons (old).csv) {'])
    assert.equal(fixed(data(unclear)), { text: data(unclear), titles: [], left: ["unterminated-string"] }, unclear);
});

test("no fix of one mistake of syntax takes away what is meant", () => {
  const left = (source: string, id: string): void => assert.equal(fixed(source), { text: source, titles: [], left: [id] }, source);
  const mended = (wrong: string, right: string): void => assert.equal([fixed(wrong).text, fixed(wrong).left], [right, []], wrong);
  const data = (type: string): string => `data moons = csv("moons.csv") {\n  fields x: f32, label: ${type}\n}\n`;
  mended(data("class3]"), data("class[3]"));
  mended(data("class 3]"), data("class[3]"));
  mended(data("class[3]]"), data("class[3]"));
  left(data("classes3]"), "unmatched-bracket");
  mended(net("output y f32[2] = x |> dense(2)"), net("output y: f32[2] = x |> dense(2)"));
  mended(net("output y = x |> dense(2))"), net("output y = x |> dense(2)"));
  left(net("output y = x |> dense2)"), "unmatched-bracket");
  left(net("output y = x |> dense 2, bias: false)"), "unmatched-bracket");
  left(net("output y = x |> dense(2)").replace("model Net", "model 模型"), "unknown-character");
  left("let größe = 3\n", "unknown-character");
  mended("let width = 3 ¤\n", "let width = 3 \n");
  const { diagnostics } = check("let größe = 3\n");
  assert.match(diagnostics[0]?.help ?? "", /^Names are made of the letters `a` to `z`/);
  assert.match(check(net("output y f32[2] = x |> dense(2)")).diagnostics[0]?.message ?? "", /^Expected `:`, found `f32`/);
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

test("fixes after which as much is left are not made, so that those end that bring each other back or never end", () => {
  const back = applyFixes(new Map([["a.sop", "a"]]), (current) => [told(0, [edit(0, 1, current.get("a.sop") === "a" ? "b" : "a")])]);
  assert.equal([back.texts.get("a.sop"), back.applied.length, back.refused.map(({ fix }) => fix.title)], ["a", 0, ["b"]]);
  const on = applyFixes(new Map([["a.sop", ""]]), () => [told(0, [edit(0, 0, "x")])]);
  assert.equal([on.texts.get("a.sop"), on.applied.length, on.refused.length], ["", 0, 1]);
});

/** An error for each `!` of a file, a warning for each `?`, each of which its fix removes, and two errors for each file that says `worse`. */
const signs = (texts: ReadonlyMap<string, string>): Diagnostic[] =>
  [...texts].flatMap(([file, text]) => {
    const at = (id: "unused-result" | "unterminated-string", start: number, fixes: readonly Fix[]): Diagnostic => diagnose(id as never, { file, span: { start, end: start + 1 } }, { value: "x" } as never, { fixes });
    const found = [...text.matchAll(/[!?]/g)].map(({ 0: sign, index }) => at(sign === "!" ? "unterminated-string" : "unused-result", index, [edit(index, index + 1, /^bad/.test(text.slice(index + 1)) ? "worse " : "")]));
    return [...found, ...[...text.matchAll(/worse/g)].flatMap(({ index }) => [at("unterminated-string", index, []), at("unterminated-string", index, [])])];
  });

test("a fix that makes errors more is taken back alone, file by file", () => {
  const { texts, applied, refused } = applyFixes(new Map([["a.sop", "!a !b !bad ?c"], ["b.sop", "?bad !c"], ["c.sop", "!d"]]), signs);
  assert.equal([...texts.values()], ["a b !bad c", "?bad c", "d"]);
  assert.is(applied.length, 5);
  assert.equal(refused.map(({ diagnostic, fix }) => [diagnostic.origin.file, fix.title]), [["a.sop", "worse "], ["b.sop", "worse "]]);
});

test("fewer errors in one file are no reason for more in another", () => {
  const check = (current: ReadonlyMap<string, string>): Diagnostic[] => [...signs(current), ...(current.get("a.sop") === "" ? signs(new Map([["b.sop", "worse"]])) : [])];
  const { texts, refused } = applyFixes(new Map([["a.sop", "!"], ["b.sop", "b"]]), check);
  assert.equal([...texts.values(), refused.length], ["!", "b", 1]);
});

test("files that are not named are not touched", () => {
  const { texts, applied } = applyFixes(new Map([["b.sop", "b"]]), () => [told(0, [edit(0, 1, "x")])]);
  assert.equal([...texts], [["b.sop", "b"]]);
  assert.equal(applied, []);
});

test.run();
