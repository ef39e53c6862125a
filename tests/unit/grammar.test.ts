// The grammar itself: Chevrotain finds nothing wrong with it, the generated types are current, every program and every example of the
// reference parses, and every row of the catalogue about syntax is what its own example shows.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { IToken } from "chevrotain";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { syntaxRows } from "../../compiler/diagnostics/rows/syntax.js";
import { cstTypes } from "../../grammar/generate-cst.js";
import { lookaheadTable } from "../../grammar/generate-lookahead.js";
import { quickParser } from "../../grammar/generate-quick-parser.js";
import { is } from "../../grammar/kinds.js";
import { layout } from "../../grammar/layout.js";
import { lex, lexWhole, makeLexer } from "../../grammar/lexer.js";
import { parseCst, parseQuickly, parseWithRecovery } from "../../grammar/parse.js";
import { SopParser } from "../../grammar/parser.js";
import { makeToken } from "../../grammar/token.js";
import { lexedTokens, LineToken, Newline, parserTokens, wordTokens } from "../../grammar/tokens.js";
import { programs } from "../support/programs.js";

const grammarFile = (name: string): string => fileURLToPath(new URL(`../../grammar/${name}`, import.meta.url));
const reference = readFileSync(grammarFile("README.md"), "utf8");

test("tokens belong to the categories that Chevrotain finds", () => {
  const belonging = (): unknown => parserTokens.map(({ name, isParent, categoryMatchesMap, categoryMatches = [] }) => ({ name, isParent, categoryMatchesMap, categoryMatches: [...categoryMatches].sort() }));
  const noted = structuredClone(belonging());
  new SopParser({ validate: false, strict: false });
  assert.equal(noted, belonging());
  assert.ok(is(makeToken(wordTokens.get("epochs") ?? Newline, "epochs", 0), LineToken));
});

test("the grammar passes Chevrotain's own checks", () => {
  makeLexer(true);
  new SopParser({ validate: true, strict: false });
});

// Alternatives that catch unknown lines ignore ambiguities, and would hide true ones with them.
test("the grammar without its catch-alls has no ambiguity", () => {
  new SopParser({ validate: true, strict: true });
});

test("the generated types of the tree are current", () => {
  const file = grammarFile("cst.generated.ts");
  if (process.env["UPDATE"] === "1") writeFileSync(file, cstTypes());
  assert.fixture(readFileSync(file, "utf8"), cstTypes());
});

test("a token begins with what is said of it, and with nothing else", () => {
  const after = ["", "\"", "=", "==", "&", "|", "/", "/a", "//", "*", "a", "1"];
  for (const type of lexedTokens) {
    const { PATTERN, START_CHARS_HINT: hint } = type;
    if (!(PATTERN instanceof RegExp)) continue;
    const pattern = new RegExp(PATTERN.source, "y");
    const begins = (character: string): boolean =>
      after.some((rest) => {
        pattern.lastIndex = 0;
        return pattern.test(character + rest);
      });
    const found: string[] = [];
    for (let code = 0; code < 0x10000; code++) if (begins(String.fromCharCode(code))) found.push(String.fromCharCode(code));
    assert.equal([...(hint ?? [])].sort(), found.sort(), type.name);
  }
});

test("the generated table of choices is current", () => {
  const file = grammarFile("lookahead.generated.ts");
  if (process.env["UPDATE"] === "1") writeFileSync(file, lookaheadTable());
  assert.fixture(readFileSync(file, "utf8"), lookaheadTable());
});

test("the generated quick parser is current", () => {
  const file = grammarFile("quick-parser.generated.ts");
  if (process.env["UPDATE"] === "1") writeFileSync(file, quickParser());
  assert.fixture(readFileSync(file, "utf8"), quickParser());
});

test("the quick lexer finds what Chevrotain's finds", () => {
  const spellings = ["x'y' \"a\\\"\" \"open", "/* a */ # b\n/// doc\n//// no\n///\n//", "a && !b || c === d !== e ^ 2 \u2212 1 \u2260 3", "1.5..2 0x10 3%4KB 1e-3 1e\u22123;\r\n;", "\u201cquoted\u201d \ufeff\u00a0!= <= >= ** |> -> . | ="];
  for (const text of [...spellings, ...spellings.map((spelling) => `$${spelling}`), ...programs.map((program) => program.text)]) assert.equal(lex(text), lexWhole(text), text);
});

test("the quick parser makes the tree of the whole one, and none where that finds a mistake", () => {
  const laid = (text: string): IToken[] => layout(lex(text).tokens, text).tokens;
  const compare = (text: string): boolean => {
    const quick = parseQuickly(laid(text));
    const whole = parseWithRecovery(laid(text), text);
    if (whole.problems.length > 0) assert.is(quick, null, text);
    else assert.equal(quick, whole.tree, text);
    return quick !== null;
  };
  for (const { path, text } of programs) assert.ok(compare(text), path);
  const text = programs[0]?.text ?? "";
  const tokens = laid(text).filter(({ image }) => image !== "");
  const answers = tokens.map((token) => compare(text.slice(0, token.startOffset) + text.slice(token.startOffset + token.image.length)));
  assert.ok(answers.includes(true) && answers.includes(false));
});

test("the programs parse without a message", () => {
  assert.is(programs.length, 18);
  for (const { path, text } of programs) assert.equal(parse({ path, text }).diagnostics, [], path);
});

test("the examples of the reference parse without a message", () => {
  const examples = [...reference.matchAll(/^```sop\n([^]*?)^```/gm)].map((match) => match[1] ?? "");
  assert.ok(examples.length >= 6);
  for (const text of examples) assert.equal(parse({ path: "README.md", text }).diagnostics.map(({ message }) => message), [], text);
});

test("the reference has every production, and its examples use each", () => {
  const catching = ["pipeStep", "strayOperation", "stray", "strayBraces", "unknownLine", "unknownDeclaration"];
  const names = Object.keys(new SopParser({ validate: false, strict: false }).getGAstProductions()).filter((name) => !catching.includes(name));
  const productions = new Set([...reference.matchAll(/^(\w+) +=/gm)].map((match) => match[1]));
  for (const name of names) assert.ok(productions.has(name), `the reference lacks ${name}`);
  const used = new Set<string>();
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === "object" && value !== null && "children" in value && "name" in value) {
      used.add(String(value.name));
      Object.values(value.children as object).forEach(collect);
    }
  };
  for (const match of reference.matchAll(/^```sop\n([^]*?)^```/gm)) collect(parseCst(match[1] ?? "", true).cst);
  for (const name of names) assert.ok(used.has(name), `no example uses ${name}`);
});

for (const [id, row] of Object.entries(syntaxRows)) {
  test(`the example of ${id} shows it`, () => {
    const { diagnostics } = parse({ path: "example.sop", text: row.example });
    assert.ok(diagnostics.some((diagnostic) => diagnostic.id === id), diagnostics.map(({ message }) => message).join("\n"));
  });
}

test("the parser comes back from one text to the next", () => {
  const text = "let a = 1\n";
  parse({ path: "bad.sop", text: "model ( {\n x = = \n" });
  assert.equal(parse({ path: "good.sop", text }).diagnostics, []);
  assert.is(parse({ path: "good.sop", text }).value.declarations.length, 1);
});

test.run();
