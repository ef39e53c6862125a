// What holds of the cases in tests/cases/diagnostics together: those of newcomers (`newcomer-*.md`) are one mistake with one message that has
// a way out, and the fixes of all cases mend what they are offered for.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { check } from "../../compiler/compile.js";
import type { Diagnostic, Fix } from "../../compiler/diagnostics/diagnostic.js";
import { syntaxRows } from "../../compiler/diagnostics/rows/syntax.js";
import { applyFixes } from "../../compiler/services/apply-fixes.js";
import { readCase } from "../support/cases.js";
import { memoryHost } from "../support/host.js";

const LEAST = 100;
const main = "main.sop";

const folder = fileURLToPath(new URL("../cases/diagnostics/", import.meta.url));
const cases = readdirSync(folder).sort().map((name) => ({ name, files: filesOf(readFileSync(folder + name, "utf8")) }));
const newcomers = cases.filter(({ name }) => name.startsWith("newcomer-"));

function filesOf(markdown: string): ReadonlyMap<string, string> {
  const sources = readCase(markdown).sections.filter(({ heading }) => heading.split(" ")[0] === "SOURCE");
  return new Map(sources.map(({ heading, body }) => [heading === "SOURCE" ? main : heading.slice("SOURCE ".length), `${body}\n`]));
}

const messages = (files: ReadonlyMap<string, string>): readonly Diagnostic[] => check(main, memoryHost(Object.fromEntries(files))).diagnostics;
const isSyntax = ({ id }: Diagnostic): boolean => Object.hasOwn(syntaxRows, id);

/** The texts with one fix made. */
function mended(files: ReadonlyMap<string, string>, file: string, { edits }: Fix): ReadonlyMap<string, string> {
  const text = files.get(file) ?? "";
  const sorted = [...edits].sort((a, b) => b.span.start - a.span.start);
  return new Map([...files, [file, sorted.reduce((result, { span, text: by }) => result.slice(0, span.start) + by + result.slice(span.end), text)]]);
}

test(`there are ${LEAST} mistakes of newcomers, no two alike`, () => {
  assert.ok(newcomers.length >= LEAST, `${newcomers.length} cases`);
  assert.is(new Set(newcomers.map(({ files }) => files.get(main))).size, newcomers.length);
});

for (const { name, files } of newcomers) {
  test(`${name}: one message, at what is written, with a way out`, () => {
    const found = messages(files);
    assert.is(found.length, 1, found.map(({ message }) => message).join("\n"));
    const [{ origin, help, fixes } = { origin: null, help: null, fixes: [] }] = found;
    assert.is(origin?.file, main);
    assert.ok(help !== null || fixes.length > 0, "neither help nor fix");
  });
}

let fixed = 0;
for (const { name, files } of cases) {
  const found = messages(files);
  found.forEach((diagnostic, index) =>
    diagnostic.fixes.forEach((fix) => {
      fixed++;
      test(`${name}: ${fix.title} mends message ${index + 1}`, () => {
        const { file, span } = diagnostic.origin;
        const once = mended(files, file, fix);
        const same = messages(once).filter(({ id, origin, message }) => id === diagnostic.id && message === diagnostic.message && origin.span.start === span.start && origin.file === file);
        assert.is(same.length, 0, `${diagnostic.id} is still there in\n${once.get(file) ?? ""}`);
        // One mistake can hide another; when all that can be mended is, the program can be read.
        const { texts, left } = applyFixes(once, messages);
        if (!found.some((other) => other !== diagnostic && isSyntax(other))) assert.equal(left.filter(isSyntax).map(({ message }) => message), [], texts.get(file) ?? "");
      });
    }),
  );
}

test("many cases offer a fix", () => {
  assert.ok(fixed >= LEAST, `${fixed} fixes`);
});

test.run();
