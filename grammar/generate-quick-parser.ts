// A parser for texts without a mistake, written out from the productions: it makes the same tree without Chevrotain's engine, which takes
// several times as long for a text that is parsed once. tests/unit/grammar.test.ts compares it with quick-parser.generated.ts and rewrites that
// file when it is run with UPDATE=1.

import {
  Alternation, Alternative, NonTerminal, Option, Repetition, RepetitionMandatory, RepetitionMandatoryWithSeparator, RepetitionWithSeparator, Terminal,
  type IProduction, type Rule, type TokenType,
} from "chevrotain";
import { decisions } from "./lookahead.generated.js";
import { SopParser } from "./parser.js";

/** The lists of a node that are begun at a place of its production: true for those that surely are, false for those that may be. */
type Begun = Map<string, boolean>;

/** The text of quick-parser.generated.ts. */
export function quickParser(): string {
  const rules = Object.values(new SopParser({ validate: false, strict: false }).getGAstProductions());
  const writer = new Writer();
  const methods = rules.flatMap((rule) => writer.method(rule));
  return [
    "// The parser of texts without a mistake, made by generate-quick-parser.ts from the productions; do not change by hand.",
    "",
    'import type { IToken } from "chevrotain";',
    'import type * as cst from "./cst.generated.js";',
    'import { kinds } from "./kinds.js";',
    'import { choices, decisionOf, TokenReader } from "./token-reader.js";',
    `import { ${writer.tokens().join(", ")} } from "./tokens.js";`,
    "",
    ...writer.constants(),
    "",
    "/** Parses texts without a mistake. */",
    "export class QuickParser extends TokenReader {",
    "  /** The tree of a text; null if it has a mistake. */",
    "  read(tokens: readonly IToken[]): cst.ProgramCstNode | null {",
    "    return this.readAll(tokens, () => this.program());",
    "  }",
    ...methods,
    "}",
    "",
  ].join("\n");
}

/** Writes productions as methods; a list of the node that is surely begun, or surely not, is not asked for. */
class Writer {
  readonly #tokens = new Set<string>();
  /** Names of constants by what they are. */
  readonly #constants = new Map<string, string>();
  /** What is said of choices that do the same, by what they do. */
  readonly #choices = new Map<string, string>();
  #rule = "";

  tokens(): readonly string[] {
    return [...this.#tokens].sort();
  }

  constants(): readonly string[] {
    return [...this.#constants].map(([value, name]) => `const ${name} = ${value};`);
  }

  method({ name, definition }: Rule): readonly string[] {
    this.#rule = name;
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    return [
      "",
      `  private ${name}(): cst.${type}CstNode {`,
      "    const start = this.next;",
      `    const children: Partial<cst.${type}CstChildren> = {};`,
      ...this.#parts(definition, new Map()).map((line) => `    ${line}`),
      `    return this.node("${name}", children, start) as cst.${type}CstNode;`,
      "  }",
    ];
  }

  #parts(parts: readonly IProduction[], begun: Begun): string[] {
    return parts.flatMap((part) => this.#part(part, begun));
  }

  #part(part: IProduction, begun: Begun): string[] {
    if (part instanceof Terminal) return [add(part.label ?? part.terminalType.name, this.#take(part.terminalType), begun)];
    if (part instanceof NonTerminal) return [add(part.label ?? part.nonTerminalName, `this.${part.nonTerminalName}()`, begun)];
    if (part instanceof Option) return this.#perhaps(this.#chosen("Option", part.idx), begun, (inner) => this.#parts(part.definition, inner));
    if (part instanceof Repetition) return this.#repeated(`while (${this.#chosen("Repetition", part.idx)} === 1) {`, part.definition, "}", begun);
    if (part instanceof RepetitionMandatory) {
      const chosen = this.#chosen("RepetitionMandatory", part.idx);
      const once = new Map(begun);
      this.#parts(part.definition, once);
      const lines = [`if (${chosen} !== 1) this.fail();`, ...this.#repeated("do {", part.definition, `} while (${chosen} === 1);`, begun)];
      for (const [key, isThere] of once) begun.set(key, isThere);
      return lines;
    }
    if (part instanceof RepetitionWithSeparator) return this.#perhaps(this.#chosen("RepetitionWithSeparator", part.idx), begun, (inner) => this.#separated(part, inner));
    if (part instanceof RepetitionMandatoryWithSeparator) return [`if (${this.#chosen("RepetitionMandatoryWithSeparator", part.idx)} !== 1) this.fail();`, ...this.#separated(part, begun)];
    if (part instanceof Alternation) return this.#choice(part, begun);
    if (part instanceof Alternative) return this.#parts(part.definition, begun);
    throw new Error(`the production ${this.#rule} has a part of an unknown kind`);
  }

  #perhaps(chosen: string, begun: Begun, write: (begun: Begun) => readonly string[]): string[] {
    const inner = new Map(begun);
    const lines = write(inner);
    mayBegin(begun, inner);
    return [`if (${chosen} === 1) {`, ...indented(lines), "}"];
  }

  #repeated(head: string, parts: readonly IProduction[], foot: string, begun: Begun): string[] {
    const once = new Map(begun);
    this.#parts(parts, once);
    mayBegin(begun, once);
    return [head, ...indented(this.#parts(parts, new Map(begun))), foot];
  }

  #separated({ separator, definition }: RepetitionWithSeparator | RepetitionMandatoryWithSeparator, begun: Begun): string[] {
    const first = this.#parts(definition, begun);
    const rest = [new Terminal({ terminalType: separator }), ...definition];
    return [...first, ...this.#repeated(`while (${this.#kinds(separator)}[this.kind] === 1) {`, rest, "}", begun)];
  }

  #choice({ idx, definition }: Alternation, begun: Begun): string[] {
    const ends: Begun[] = [];
    const cases = definition.flatMap((alternative, index) => {
      const end = new Map(begun);
      ends.push(end);
      return [`case ${index}:`, ...indented([...this.#part(alternative, end), "break;"])];
    });
    for (const end of ends) mayBegin(begun, end);
    for (const key of begun.keys()) begun.set(key, ends.every((end) => end.get(key) === true));
    return [`switch (${this.#chosen("OR", idx)}) {`, ...indented([...cases, "default:", "  this.fail();"]), "}"];
  }

  /** What says which way to go, for the table of choices. */
  #chosen(kind: string, occurrence: number): string {
    const name = `${this.#rule} ${kind} ${occurrence}`;
    const decision = decisions[name];
    if (decision === undefined) throw new Error(`the choice "${name}" is not in lookahead.generated.ts`);
    const does = JSON.stringify(decision);
    const isByTwo = decision.second !== undefined;
    const value = this.#choices.get(does) ?? `${isByTwo ? "decisionOf" : "choices"}(${JSON.stringify(name)})`;
    this.#choices.set(does, value);
    const constant = this.#constant(value, `choice${this.#choices.size}`);
    return isByTwo ? `this.chosen(${constant})` : `${constant}[this.kind]`;
  }

  #take(type: TokenType): string {
    return `this.take(${this.#kinds(type)})`;
  }

  #kinds({ name }: TokenType): string {
    const exported = exportedAs[name] ?? name;
    this.#tokens.add(exported);
    return this.#constant(`kinds(${exported})`, `${name.charAt(0).toLowerCase()}${name.slice(1)}Kinds`);
  }

  #constant(value: string, name: string): string {
    const known = this.#constants.get(value) ?? name;
    this.#constants.set(value, known);
    return known;
  }
}

/** What tokens.ts calls tokens that are not exported by their names. */
const exportedAs: Readonly<Record<string, string>> = { Number: "NumberToken", String: "StringToken", Pipe: "PipeSymbol" };

/** Puts a part into a list of the node. */
function add(key: string, part: string, begun: Begun): string {
  const isThere = begun.get(key);
  begun.set(key, true);
  if (isThere === undefined) return `children.${key} = [${part}];`;
  return isThere ? `children.${key}.push(${part});` : `(children.${key} ??= []).push(${part});`;
}

/** After a part that may be left out, the lists that it begins may be begun. */
function mayBegin(begun: Begun, within: Begun): void {
  for (const key of within.keys()) if (!begun.has(key)) begun.set(key, false);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
