// The TextMate grammar in the engine that editors run it in: it is current, the scopes of some lines, and over all programs that each word,
// number, string and comment has the kind of scope that the parser gives it a right to.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import oniguruma from "vscode-oniguruma";
import textMate from "vscode-textmate";
import { parseCst, type CstNode, type IToken } from "../../grammar/parse.js";
import { textMateGrammar } from "../../grammar/text-mate.js";
import { LineToken, lexedTokens, reservedTypes } from "../../grammar/tokens.js";
import { readCase, writeCase, type Section } from "../support/cases.js";
import { programs, shipped } from "../support/programs.js";

const grammarFile = fileURLToPath(new URL("../../grammar/sop.tmLanguage.json", import.meta.url));
const caseFile = fileURLToPath(new URL("scopes.md", import.meta.url));
const isUpdate = process.env["UPDATE"] === "1";

interface Scoped {
  readonly start: number;
  readonly end: number;
  /** Without the language's own and without its ending. */
  readonly scopes: readonly string[];
}

const wasm = readFileSync(join(dirname(createRequire(import.meta.url).resolve("vscode-oniguruma")), "onig.wasm"));
const onigLib = oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)).then(() => ({
  createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns),
  createOnigString: (text: string) => new oniguruma.OnigString(text),
}));
const registry = new textMate.Registry({ onigLib, loadGrammar: async () => textMate.parseRawGrammar(textMateGrammar(lexedTokens), "sop.tmLanguage.json") });
const loaded = registry.loadGrammar("source.sop");

/** What the engine makes of a text, with offsets in it. */
async function scopesOf(text: string): Promise<readonly Scoped[]> {
  const grammar = await loaded;
  if (grammar === null) throw new Error("no grammar");
  const found: Scoped[] = [];
  let state = textMate.INITIAL;
  let offset = 0;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack, stoppedEarly } = grammar.tokenizeLine(line, state);
    assert.not(stoppedEarly);
    for (const { startIndex, endIndex, scopes } of tokens) found.push({ start: offset + startIndex, end: offset + Math.min(endIndex, line.length), scopes: scopes.slice(1).map((scope) => scope.replace(/\.sop$/, "")) });
    state = ruleStack;
    offset += line.length + 1;
  }
  return found;
}

function at(scoped: readonly Scoped[], offset: number): readonly string[] {
  return scoped.find(({ start, end }) => start <= offset && offset < end)?.scopes ?? [];
}

test("the grammar's file is current", () => {
  const current = textMateGrammar(lexedTokens);
  if (isUpdate) writeFileSync(grammarFile, current);
  assert.fixture(readFileSync(grammarFile, "utf8"), current);
});

test("the scopes of some lines", async () => {
  const pinned = readFileSync(caseFile, "utf8");
  const given = readCase(pinned);
  const sections: Section[] = [];
  for (const section of given.sections) {
    const source = sections.at(-1);
    if (section.heading !== "SCOPES" || source === undefined) sections.push(section);
    else sections.push({ ...section, body: (await scopesOf(source.body)).filter(({ start, end }) => source.body.slice(start, end).trim() !== "").map(({ start, end, scopes }) => `${source.body.slice(start, end).trim()}  ${scopes.join(" ")}`).join("\n") });
  }
  const current = writeCase({ ...given, sections });
  if (isUpdate) writeFileSync(caseFile, current);
  else assert.fixture(current, pinned);
});

/** The tokens of a tree, each with the name under which its production takes it. */
function tokensOf(node: CstNode): readonly (readonly [taken: string, token: IToken])[] {
  return Object.entries(node.children).flatMap(([taken, children]) => children.flatMap((child) => ("children" in child ? tokensOf(child) : [[taken, child] as const])));
}

const keyword = /^(keyword|storage|constant\.language)/;
const isWord = ({ tokenType }: IToken): boolean => tokenType.name.endsWith("Word");

test("in every program each word, number, string and comment has a scope of its kind", async () => {
  const wrong: string[] = [];
  for (const text of [...programs.map((program) => program.text), ...shipped]) {
    const { cst, comments, problems } = parseCst(text, true);
    if (problems.length > 0) continue;
    const scoped = await scopesOf(text);
    const expect = (start: number, image: string, kind: RegExp): void => {
      const scopes = at(scoped, start);
      if (!scopes.some((scope) => kind.test(scope))) wrong.push(`${text.slice(text.lastIndexOf("\n", start) + 1).split("\n")[0]}: ${image} is ${scopes.join(" ")}`);
    };
    for (const [taken, token] of tokensOf(cst)) {
      const { image, startOffset, tokenType } = token;
      if (image === "" || /^[\r\n;]/.test(image)) continue;
      const isName = taken !== tokenType.name && isWord(token) && !reservedTypes.has(tokenType);
      if (isName) expect(startOffset, image, /^(variable|entity|storage\.type$|keyword\.control\.clause|keyword\.other\.unit)/);
      else if (isWord(token)) expect(startOffset, image, tokenType.name === "StepsWord" || tokenType.name === "EpochsWord" ? /^(keyword\.other|variable)/ : keyword);
      else if (tokenType.name === "Number") expect(startOffset, image, /^constant\.numeric/);
      else if (tokenType.name === "String") expect(startOffset, image, /^string/);
      else if (tokenType.name === "Identifier") expect(startOffset, image, /^(variable|entity|storage\.type|keyword\.control\.clause)/);
      else if (tokenType.CATEGORIES?.includes(LineToken) === true) expect(startOffset, image, /^(keyword\.operator|punctuation)/);
    }
    for (const { start, text: image, doc } of comments) expect(start, image, doc ? /^comment\.line\.documentation/ : /^comment\.line\.double-slash/);
  }
  assert.equal(wrong, []);
});

test.run();
