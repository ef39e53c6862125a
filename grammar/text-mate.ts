// The TextMate grammar that editors color text with before they know more, made from the vocabulary: sop.tmLanguage.json is what comes out.
// It sees one line at a time, so a word that is special only in its place is told by what stands beside it. Relies on tokens.ts.

import { tokenMatcher, type IToken, type TokenType } from "chevrotain";
import {
  Arrow, Assign, Bar, CloseBrace, CloseBracket, CloseParen, Colon, Comma, Comment, digits, DocComment, Dot, ForeignComment, ForeignOperator, ForeignString,
  NumberToken, numberSuffix, OpenBrace, OpenBracket, OpenParen, Operator, PipeSymbol, placeWords, Range, reservedWords, StringToken, Unit, wordTokens,
} from "./tokens.js";

interface Rule {
  readonly match: string;
  readonly name?: string;
  readonly captures?: Captures;
}

/** A rule for what may go on over lines. */
interface Stretch {
  readonly begin: string;
  readonly beginCaptures: Captures;
  readonly end: string;
  readonly endCaptures: Captures;
  readonly patterns: readonly Rule[];
}

type Captures = Readonly<Record<string, { readonly name?: string; readonly patterns?: readonly Rule[] }>>;

const name = "[A-Za-z_][A-Za-z0-9_]*";
/** What follows a word that links two values, or that begins a clause: the next value. */
const value = `(?=\\s+(?!(?:${[...wordsOf(Operator), "then", "else", "from", "as", "at", "below", "on"].join("|")})\\b)[A-Za-z0-9_"(\\[])`;

/** The scopes of reserved words, which are the same in every place. */
const scopes: Readonly<Record<string, string>> = {
  import: "keyword.control.import",
  let: "storage.type",
  if: "keyword.control.conditional",
  then: "keyword.control.conditional",
  else: "keyword.control.conditional",
  repeat: "keyword.control.loop",
  return: "keyword.control.return",
  assert: "keyword.other.assert",
  fields: "keyword.control.clause",
  overparam: "storage.modifier",
  frozen: "storage.modifier",
  fuse: "storage.modifier",
  true: "constant.language.boolean",
  false: "constant.language.boolean",
  and: "keyword.operator.logical",
  or: "keyword.operator.logical",
  not: "keyword.operator.logical",
  by: "keyword.other.linking",
  every: "keyword.other.linking",
  keep: "keyword.other.linking",
  over: "keyword.other.linking",
  stalls: "keyword.other.linking",
  to: "keyword.other.linking",
  when: "keyword.other.linking",
};

/** Words that are special in their place only, with the rules that tell it. */
const places: Readonly<Record<string, readonly Rule[]>> = {
  data: [declaration("data", "variable.other.data", "\\s*=")],
  block: [declaration("block", "entity.name.function.block", "\\s*\\(")],
  model: [declaration("model", "entity.name.type.model")],
  recipe: [declaration("recipe", "entity.name.function.recipe")],
  train: [declaration("train", "entity.name.function.train", "\\s*:")],
  layer: [binding("layer", "variable.other.layer", "\\s*=")],
  input: [binding("input", "variable.parameter", "\\s*:")],
  output: [binding("output", "variable.other.output", "\\s*[:=]")],
  from: [linking("from")],
  as: [linking("as")],
  below: [linking("below")],
  on: [linking("on")],
  at: [{ match: "\\b(at)\\s+(step)\\b", captures: captured("keyword.other.linking", "keyword.other.linking") }],
  step: [],
  steps: [],
  epochs: [],
};

/** A word and a name at the start of a line. */
function declaration(word: string, scope: string, after = ""): Rule {
  return { match: `^\\s*(${word})\\s+(${name})${after === "" ? "" : `(?=${after})`}`, captures: captured(`storage.type.${word}`, scope) };
}

/** A word and a name in a body, which may begin on the same line. */
function binding(word: string, scope: string, after: string): Rule {
  return { match: `\\b(${word})\\s+(${name})(?=${after})`, captures: captured(`storage.type.${word}`, scope) };
}

function linking(word: string): Rule {
  return { match: `(?<![.A-Za-z0-9_])${word}\\b${value}`, name: scope("keyword.other.linking") };
}

const operators: readonly (readonly [TokenType, string])[] = [
  [PipeSymbol, "keyword.operator.pipe"],
  [Arrow, "keyword.operator.arrow"],
  [Range, "keyword.operator.range"],
  [Assign, "keyword.operator.assignment"],
  [Bar, "keyword.operator.type"],
];
const comparison = /^[=!<>]/;
const punctuation: readonly (readonly [TokenType, string])[] = [
  [Dot, "punctuation.accessor"],
  [Comma, "punctuation.separator"],
  [Colon, "punctuation.separator"],
  [OpenParen, "punctuation.parenthesis.open"],
  [CloseParen, "punctuation.parenthesis.close"],
  [OpenBracket, "punctuation.bracket.open"],
  [CloseBracket, "punctuation.bracket.close"],
  [OpenBrace, "punctuation.brace.open"],
  [CloseBrace, "punctuation.brace.close"],
];

/** The text of sop.tmLanguage.json. `symbols` are the tokens that the lexer tries, in its order. */
export function textMateGrammar(symbols: readonly TokenType[]): string {
  const patterns: readonly (Rule | Stretch)[] = [...comments(), ...strings(), ...numbers(), imports(), ...Object.values(places).flat(), ...reserved(), ...names(), ...signs(symbols)];
  const grammar = { name: "sop", scopeName: "source.sop", fileTypes: ["sop"], comment: "Made from tokens.ts by text-mate.ts; do not change by hand.", patterns };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

function comments(): readonly Rule[] {
  const code = { match: "`[^`]*`", name: scope("markup.inline.raw") };
  return [
    { match: pattern(DocComment), name: scope("comment.line.documentation"), captures: { 0: { patterns: [code] } } },
    { match: pattern(Comment), name: scope("comment.line.double-slash") },
    { match: pattern(ForeignComment), name: scope("invalid.illegal.comment") },
  ];
}

function strings(): readonly Rule[] {
  const escape = { match: "\\\\.", name: scope("constant.character.escape") };
  return [
    { match: pattern(StringToken), name: scope("string.quoted.double"), captures: { 0: { patterns: [escape] } } },
    { match: pattern(ForeignString), name: scope("invalid.illegal.string") },
  ];
}

function numbers(): readonly Rule[] {
  const end = "(?![A-Za-z0-9_%]|\\.[A-Za-z0-9_])";
  const unit = wordsOf(Unit).join("|");
  return [
    {
      match: `(?<![A-Za-z0-9_])(${translated(digits.source)})(${translated(numberSuffix.source)})?${end}(?:\\s+(${unit})\\b)?`,
      captures: captured("constant.numeric", "constant.numeric.suffix keyword.other.unit", "keyword.other.unit"),
    },
    { match: `(?<![A-Za-z0-9_])${pattern(NumberToken)}`, name: scope("invalid.illegal.number") },
  ];
}

function imports(): Stretch {
  return {
    begin: "^\\s*(import)\\s*(\\{)",
    beginCaptures: captured("keyword.control.import", "punctuation.brace.open"),
    end: "\\}",
    endCaptures: { 0: { name: scope("punctuation.brace.close") } },
    patterns: [...comments(), linking("as"), { match: name, name: scope("variable.other") }, { match: ",", name: scope("punctuation.separator") }],
  };
}

function reserved(): readonly Rule[] {
  const byScope = new Map<string, string[]>();
  for (const word of reservedWords) {
    const own = scopes[word];
    if (own === undefined) throw new Error(`no scope for the word \`${word}\``);
    byScope.set(own, [...(byScope.get(own) ?? []), word]);
  }
  for (const word of wordTokens.keys()) if (scopes[word] === undefined && places[word] === undefined) throw new Error(`no place for the word \`${word}\``);
  return [...byScope].map(([own, words]) => ({ match: `(?<!\\.)\\b(?:${words.join("|")})\\b`, name: scope(own) }));
}

/** Names by what stands beside them: calls, types with sizes, names of options and fields, and the words of clauses. */
function names(): readonly Rule[] {
  const clause = `(?!(?:${[...reservedWords, ...placeWords].join("|")})\\b)(${name})${value}`;
  return [
    { match: `^\\s*${clause}`, captures: captured("keyword.control.clause") },
    { match: `([{;])\\s*${clause}`, captures: captured("punctuation.section", "keyword.control.clause") },
    { match: `(\\|>)\\s*((?:${name}\\.)*)(${name})`, captures: { 1: { name: scope("keyword.operator.pipe") }, 2: { patterns: [{ match: name, name: scope("variable.other") }, { match: "\\.", name: scope("punctuation.accessor") }] }, 3: { name: scope("entity.name.function") } } },
    { match: `\\b${name}(?=\\()`, name: scope("entity.name.function") },
    { match: `\\b${name}(?=\\[)`, name: scope("storage.type") },
    { match: `\\b${name}(?=\\s*:)`, name: scope("variable.parameter") },
    { match: `\\b${name}\\b`, name: scope("variable.other") },
  ];
}

function signs(symbols: readonly TokenType[]): readonly Rule[] {
  const known = new Map([...operators, ...punctuation]);
  const rules = symbols.flatMap((type): Rule[] => {
    const own = known.get(type) ?? (isOperator(type) ? (comparison.test(String(type.PATTERN)) ? "keyword.operator.comparison" : "keyword.operator.arithmetic") : null);
    if (type === ForeignOperator) return [{ match: pattern(type), name: scope("invalid.illegal.operator") }];
    return own === null ? [] : [{ match: pattern(type), name: scope(own) }];
  });
  return [...rules, { match: ";", name: scope("punctuation.terminator") }];
}

function isOperator(type: TokenType): boolean {
  const token: IToken = { tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? 0, image: "", startOffset: 0 };
  return tokenMatcher(token, Operator);
}

/** The words of a category. */
function wordsOf(parent: TokenType): readonly string[] {
  return [...wordTokens].filter(([, type]) => type.CATEGORIES?.includes(parent) === true).map(([word]) => word);
}

function captured(...own: readonly string[]): Captures {
  return Object.fromEntries(own.map((each, index) => [index + 1, { name: scope(each) }]));
}

/** Each scope ends with the language's name, by which themes tell languages apart. */
function scope(own: string): string {
  return own.split(" ").map((each) => `${each}.sop`).join(" ");
}

/** A token's pattern for Oniguruma. */
function pattern(type: TokenType): string {
  const { PATTERN } = type;
  if (PATTERN instanceof RegExp) return translated(PATTERN.source);
  if (typeof PATTERN !== "string") throw new Error(`the token ${type.name} has no pattern`);
  return PATTERN.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

// Oniguruma takes letters and digits of all scripts for \w and \d, and reads `[` within a class as one more class.
function translated(source: string): string {
  let isInClass = false;
  return source.replace(/\\.|\[|\]/g, (part) => {
    if (part === "\\w") return isInClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]";
    if (part === "\\d") return isInClass ? "0-9" : "[0-9]";
    if (part === "[" && isInClass) return "\\[";
    if (part === "[" || part === "]") isInClass = part === "[";
    return part;
  });
}
