// Rendering of diagnostics: frames in awkward texts, and the formats for other programs.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic, DiagnosticId } from "../../compiler/diagnostics/diagnostic.js";
import { catalog } from "../../compiler/diagnostics/catalog.js";
import { displayWidth, expand, printable, printableMessage } from "../../compiler/diagnostics/printable.js";
import { renderGithub } from "../../compiler/diagnostics/render-github.js";
import { renderJson } from "../../compiler/diagnostics/render-json.js";
import { renderSarif } from "../../compiler/diagnostics/render-sarif.js";
import { countText, renderText } from "../../compiler/diagnostics/render-text.js";
import { lineMap } from "../../compiler/source/line-map.js";

function anyId(): DiagnosticId {
  for (const id in catalog) if (isId(id)) return id;
  throw new Error("the catalogue is empty");
}
function isId(id: string): id is DiagnosticId {
  return Object.hasOwn(catalog, id);
}
const id = anyId();

function diagnostic(_text: string, start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return { id, severity: "error", origin: { file: "a.sop", span: { start, end } }, message: "found `x`", help: null, params: {}, notes: [], fixes: [], ...more };
}

/** The rendered text without the heading. */
function rendered(text: string, one: Diagnostic): string {
  return renderText([one], (path) => (path === "a.sop" ? text : null)).split("\n").slice(1).join("\n").trimEnd();
}

test("lines end at LF, CR LF and CR; the last line may be empty", () => {
  const map = lineMap("ab\r\nc\n\rd\r");
  assert.is(map.lineCount, 5);
  assert.equal([0, 2, 4, 6, 7, 9].map((at) => map.position(at)), [
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 4, column: 1 },
    { line: 5, column: 1 },
  ]);
  assert.equal([1, 2, 3, 4, 5, 9].map((line) => map.line(line)), [
    { start: 0, end: 2 },
    { start: 4, end: 5 },
    { start: 6, end: 6 },
    { start: 7, end: 8 },
    { start: 9, end: 9 },
    { start: 9, end: 9 },
  ]);
  assert.equal(map.position(NaN), { line: 1, column: 1 });
  assert.equal(map.position(1e9), { line: 5, column: 1 });
});

test("a frame points at the span", () => {
  const text = "model M {\n  x = dens(10)\n}\n";
  assert.is(
    renderText([diagnostic(text, 16, 20, { help: "Write `dense`." })], () => text),
    [`error[${id}]: found \`x\``, " --> a.sop:2:7", "  |", "2 |   x = dens(10)", "  |       ^^^^", "help: Write `dense`.", "", ""].join("\n"),
  );
});

test("tabs and wide characters keep the carets below the span", () => {
  const text = "\tx = \"日本\" + bad";
  const at = text.indexOf("bad");
  const lines = rendered(text, diagnostic(text, at, at + 3)).split("\n");
  const source = lines[2] ?? "";
  const carets = lines[3] ?? "";
  assert.is(displayWidth(source.slice(0, source.indexOf("bad"))), carets.indexOf("^"));
  assert.is(carets.trim(), "|" + carets.slice(carets.indexOf("|") + 1).trimEnd());
  assert.match(carets, /\^\^\^$/);
});

test("the end of the file, an empty file and an offset beyond it have a caret", () => {
  assert.match(rendered("model", diagnostic("model", 5, 5)), /1:6\n {2}\|\n1 \| model\n {2}\| {6}\^$/);
  assert.match(rendered("", diagnostic("", 0, 0)), /1:1\n {2}\|\n1 \|\n {2}\| \^$/);
  assert.match(rendered("ab\n", diagnostic("ab\n", 3, 3)), /2:1\n {2}\|\n2 \|\n {2}\| \^$/);
  assert.match(rendered("ab", diagnostic("ab", 70, 90)), /\^$/);
});

test("a span over several lines shows its first and last line", () => {
  const text = "a = [\n  1,\n  2\n]\n";
  assert.is(rendered(text, diagnostic(text, 4, 17)), [" --> a.sop:1:5", "  |", "1 | a = [", "  |     ^", "...", "4 | ]", "  | ^"].join("\n"));
});

test("a line of a megabyte is cut around the span", () => {
  const text = `${"x".repeat(500_000)}!${"y".repeat(500_000)}`;
  const out = rendered(text, diagnostic(text, 500_000, 500_001, { fixes: [{ title: "remove it", edits: [{ span: { start: 500_000, end: 500_001 }, text: "" }] }] }));
  assert.ok(out.length < 1000, `${out.length} characters`);
  const [, , source = "", carets = ""] = out.split("\n");
  assert.is(source[carets.indexOf("^")], "!");
  assert.match(out, /- …x+!y+/);
  assert.match(out, /\+ …x+y+/);
});

test("a long thing in backticks shows its ends", () => {
  assert.ok(printableMessage(`unknown \`${"a".repeat(1_000_000)}\``).length < 200);
});

test("nothing in a program reaches the terminal as a command", () => {
  const text = "x = \"\u001b[2J\u202e\u0007\"";
  const out = renderText([diagnostic(text, 0, 1, { message: "found `\u001b]0;title\u0007`", origin: { file: "a\u001b.sop", span: { start: 0, end: 1 } } })], () => text);
  assert.not.match(out, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.is(printable("a\tb\u009b"), "a\u2409b\ufffd");
  assert.is(expand("\ta\tb").text, "    a   b");
});

test("notes have frames of their own, also in other files; fixes are shown as lines", () => {
  const text = "let n = 10\nlet n = 12\n";
  const out = rendered(
    text,
    diagnostic(text, 15, 16, {
      notes: [
        { origin: { file: "a.sop", span: { start: 4, end: 5 } }, message: "`n` is declared here" },
        { origin: { file: "gone.sop", span: { start: 4, end: 5 } }, message: "and there" },
      ],
      fixes: [{ title: "call it `m`", edits: [{ span: { start: 15, end: 16 }, text: "m" }] }],
    }),
  );
  assert.is(
    out,
    [
      " --> a.sop:2:5", "  |", "2 | let n = 12", "  |     ^",
      "note: `n` is declared here", " --> a.sop:1:5", "  |", "1 | let n = 10", "  |     -",
      "note: and there", " --> gone.sop",
      "fix: call it `m`", "2 - let n = 12", "2 + let m = 12",
    ].join("\n"),
  );
});

test("many diagnostics are counted", () => {
  const all = Array.from({ length: 1000 }, () => diagnostic("x", 0, 1));
  assert.match(renderText(all, () => "x"), /\.\.\. and 950 more/);
  assert.is(countText(all), "1000 errors");
  assert.is(countText([]), "no errors");
  assert.is(countText([diagnostic("x", 0, 1), diagnostic("x", 0, 1, { severity: "warning" })]), "1 error, 1 warning");
});

test("json has offsets, lines and fixes", () => {
  const text = "let n = 10\n";
  const fixes = [{ title: "t", edits: [{ span: { start: 8, end: 10 }, text: "12" }] }];
  const document = JSON.parse(renderJson([diagnostic(text, 4, 5, { fixes, help: "Do." })], [{ file: "b.sop", message: "m" }], () => text));
  assert.is(document.version, 1);
  assert.is(document.errors, 2);
  assert.equal(document.problems, [{ file: "b.sop", message: "m" }]);
  assert.equal(document.diagnostics[0].range, { start: { offset: 4, line: 1, column: 5 }, end: { offset: 5, line: 1, column: 6 } });
  assert.equal(document.diagnostics[0].fixes, [{ title: "t", edits: [{ range: { start: { offset: 8, line: 1, column: 9 }, end: { offset: 10, line: 1, column: 11 } }, text: "12" }] }]);
  assert.is(document.diagnostics[0].help, "Do.");
});

test("github commands are escaped", () => {
  const text = "let n = 10\n";
  const origin = { file: "a,b:c.sop", span: { start: 4, end: 5 } };
  assert.is(
    renderGithub([diagnostic(text, 4, 5, { origin, message: "50% of\n`n`", help: "Do." })], [], () => text),
    `::error file=a%2Cb%3Ac.sop,line=1,endLine=1,col=5,endColumn=6,title=sop ${id}::50%25 of%0A\`n\`%0ADo.\n`,
  );
  assert.is(renderGithub([], [{ file: "x.sop", message: "gone" }], () => null), "::error file=x.sop::gone\n");
});

test("sarif has the parts that the standard requires", () => {
  const text = "let n = 10\n";
  const log = JSON.parse(
    renderSarif(
      [diagnostic(text, 4, 5, { origin: { file: "my dir/a#1.sop", span: { start: 4, end: 5 } }, notes: [{ origin: { file: "/abs.sop", span: { start: 0, end: 0 } }, message: "m" }], fixes: [{ title: "t", edits: [{ span: { start: 4, end: 5 }, text: "m" }] }] })],
      [{ file: "gone.sop", message: "gone" }],
      () => text,
      "1.2.3",
    ),
  );
  assert.is(log.version, "2.1.0");
  const [run] = log.runs;
  assert.is(run.tool.driver.name, "sop");
  assert.is(run.tool.driver.rules[0].id, id);
  assert.is(run.columnKind, "utf16CodeUnits");
  assert.is(run.invocations[0].executionSuccessful, false);
  const [result] = run.results;
  assert.is(result.ruleId, id);
  assert.is(result.ruleIndex, 0);
  assert.is(result.level, "error");
  assert.is(result.locations[0].physicalLocation.artifactLocation.uri, "my%20dir/a%231.sop");
  assert.equal(result.locations[0].physicalLocation.region, { startLine: 1, startColumn: 5, endLine: 1, endColumn: 6, charOffset: 4, charLength: 1 });
  assert.is(result.relatedLocations[0].physicalLocation.artifactLocation.uri, "file:///abs.sop");
  assert.is(result.fixes[0].artifactChanges[0].replacements[0].insertedContent.text, "m");
});

test.run();
