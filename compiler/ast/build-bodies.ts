// Concrete bodies and clause blocks to those of the syntax tree, with the messages for lines that are neither statement nor clause.

import type * as cst from "../../grammar/cst.generated.js";
import type { IToken } from "../../grammar/parse.js";
import { suggest } from "../diagnostics/suggest.js";
import type { AssertStatement, Body, Clause, ClauseItem, Field, IfStatement, LinkingWord, Name, Statement } from "./ast.js";
import { buildExpression, buildString, buildType } from "./build-expressions.js";
import type { Span } from "../source/source.js";
import { hintFor, statementHint } from "./syntax-hints.js";
import { first, nameOf, quoted, report, spanOf, tokenSpan, type Building } from "./building.js";

/** The statements of a body; lines that are no statement are reported and left out. */
export function buildBody(building: Building, node: cst.BodyCstNode | undefined, at: number): Body {
  const statements = (node?.children.statement ?? []).flatMap((statement) => buildStatement(building, statement, at) ?? []);
  return { kind: "body", span: spanOf(node, at), statements };
}

function buildStatement(building: Building, statement: cst.StatementCstNode, at: number): Statement | null {
  const { inputs, output, layer, repeat, if: choice, return: result, assert, bind, unknownLine, strayBraces } = statement.children;
  const span = spanOf(statement, at);
  const end = span.end;
  if (unknownLine?.[0] !== undefined) reportUnknownStatement(building, unknownLine[0].children.LineToken);
  reportBraces(building, strayBraces, unknownLine === undefined ? "the end of the line" : "a statement");
  if (inputs?.[0] !== undefined) return { kind: "input", span: spanOf(inputs[0], at), fields: buildFields(building, inputs[0], inputs[0].children.InputWord) };
  if (output?.[0] !== undefined) {
    const { Name, Colon, type, expression } = output[0].children;
    const own = spanOf(output[0], at);
    const outputType = Colon === undefined ? null : buildType(building, first(type), own.end);
    return { kind: "output", span: own, doc: building.docs.get(own.start) ?? null, name: nameOf(first(Name), own.end), type: outputType, value: buildExpression(building, first(expression), own.end) };
  }
  if (layer?.[0] !== undefined) {
    const { Name, expression } = layer[0].children;
    return { kind: "layer", span: spanOf(layer[0], at), name: nameOf(first(Name), end), value: buildExpression(building, first(expression), end) };
  }
  if (repeat?.[0] !== undefined) {
    const { RepeatWord, expression, AsWord, Name, stray, body } = repeat[0].children;
    reportStray(building, stray);
    const count = buildExpression(building, first(expression), tokenSpan(first(RepeatWord))?.end ?? end);
    return { kind: "repeat", span: spanOf(repeat[0], at), count, counter: AsWord === undefined ? null : nameOf(first(Name), end), body: buildBody(building, first(body), end) };
  }
  if (choice?.[0] !== undefined) return buildIf(building, choice[0], at);
  if (result?.[0] !== undefined) {
    const values = (result[0].children.expression ?? []).map((value) => buildExpression(building, value, end));
    return { kind: "return", span: spanOf(result[0], at), values };
  }
  if (assert?.[0] !== undefined) return buildAssert(building, assert[0], at);
  if (bind?.[0] !== undefined) {
    const { Name, Assign, expression } = bind[0].children;
    const names = (Name ?? []).map((name) => nameOf(name, end));
    return { kind: "bind", span: spanOf(bind[0], at), names, value: buildExpression(building, first(expression), tokenSpan(first(Assign))?.end ?? end) };
  }
  return null;
}

function buildIf(building: Building, node: cst.IfCstNode, at: number): IfStatement {
  const { IfWord, expression, stray, body, if: chained, else: otherwise } = node.children;
  const span = spanOf(node, at);
  const strayTokens = first(stray)?.children.LineToken ?? [];
  const sign = tokenSpan(strayTokens[0]);
  if (strayTokens[0]?.image === "=" && sign !== null) {
    report(building, "assign-in-condition", sign, {}, { fixes: [{ title: "Write `==`.", edits: [{ span: sign, text: "==" }] }] });
  } else {
    reportStray(building, stray);
  }
  const condition = buildExpression(building, first(expression), tokenSpan(first(IfWord))?.end ?? span.end);
  const then = buildBody(building, first(body), span.end);
  const chain = first(chained);
  const last = first(otherwise);
  const rest = chain !== undefined ? buildIf(building, chain, span.end) : last !== undefined ? buildBody(building, last, span.end) : null;
  return { kind: "if", span, condition, then, else: rest };
}

function buildAssert(building: Building, node: cst.AssertCstNode, at: number): AssertStatement {
  const { expression, Comma, String: message } = node.children;
  const span = spanOf(node, at);
  return {
    kind: "assert",
    span,
    condition: buildExpression(building, first(expression), span.end),
    message: Comma === undefined ? null : buildString(building, first(message), span.end),
  };
}

// The comment before `input` or `fields` is the first field's.
function buildFields(building: Building, node: cst.InputsCstNode | cst.FieldsCstNode, word: readonly IToken[] | undefined): Field[] {
  const before = building.docs.get(tokenSpan(first(word))?.start ?? -1) ?? null;
  return (node.children.field ?? []).map((field, index) => {
    const span = spanOf(field, spanOf(node, 0).end);
    const { Name, type, FromWord, expression } = field.children;
    const name = nameOf(first(Name), span.start);
    return {
      kind: "field",
      span,
      doc: index === 0 ? before : (building.docs.get(span.start) ?? null),
      name,
      type: buildType(building, first(type), span.end),
      from: FromWord === undefined ? null : buildExpression(building, first(expression), span.end),
    };
  });
}

/** The clauses of a block; lines that are no clause are reported and left out. */
export function buildClauses(building: Building, node: cst.ClausesCstNode | undefined, at: number): Clause[] {
  return (node?.children.clause ?? []).flatMap((clause) => buildClause(building, clause, at) ?? []);
}

function buildClause(building: Building, clause: cst.ClauseCstNode, at: number): Clause | null {
  const { fields, assert, wordClause, unknownLine, strayBraces } = clause.children;
  const found = unknownLine?.[0]?.children.LineToken[0];
  if (found !== undefined) report(building, "unknown-clause", tokenSpan(found) ?? spanOf(clause, at), { found: quoted(found) });
  reportBraces(building, strayBraces, unknownLine === undefined ? "the end of the line" : "a clause");
  if (fields?.[0] !== undefined) return { kind: "fields", span: spanOf(fields[0], at), fields: buildFields(building, fields[0], fields[0].children.FieldsWord) };
  if (assert?.[0] !== undefined) return buildAssert(building, assert[0], at);
  if (wordClause?.[0] === undefined) return null;
  const node = wordClause[0];
  const span = spanOf(node, at);
  const word = nameOf(first(node.children.Name), span.end);
  const sign = first(node.children.strayAssign);
  const signSpan = tokenSpan(sign);
  if (sign !== undefined && signSpan !== null) {
    const title = `Remove \`${sign.image}\`.`;
    const afterFields = sign.image === ":" && /(?:^|\n)[ \t]*fields\b[^\n]*\n[ \t]*$/.test(building.text.slice(Math.max(0, word.span.start - 2000), word.span.start));
    if (afterFields) return fieldOnNewLine(building, word, signSpan);
    report(building, "assign-in-clause", signSpan, { word: word.text, symbol: sign.image }, { fixes: [{ title, edits: [{ span: { start: word.span.end, end: signSpan.end }, text: "" }] }] });
  }
  return { kind: "clause", span, word, items: (node.children.item ?? []).map((item) => buildItem(building, item, span.end)) };
}

// A field on a line of its own after one that did not end with a comma.
function fieldOnNewLine(building: Building, word: Name, sign: Span): null {
  const end = building.text.slice(0, word.span.start).trimEnd().length;
  report(building, "expected-syntax", sign, { expected: `what belongs to the clause \`${word.text}\``, found: "`:`" }, { help: "Put a comma at the end of the line above, if this is one more field.", fixes: [{ title: "Write `,`.", edits: [{ span: { start: end, end }, text: "," }] }] });
  return null;
}

function buildItem(building: Building, item: cst.ItemCstNode, at: number): ClauseItem {
  const span = spanOf(item, at);
  const name = first(item.children.Name);
  const parts = (item.children.part ?? []).map((part) => {
    const link = first(part.children.LinkingWord);
    return link === undefined ? buildExpression(building, first(part.children.expression), spanOf(part, span.end).start) : buildLink(link, span.end);
  });
  return { kind: "item", span, name: name === undefined ? null : nameOf(name, span.start), parts };
}

const links: readonly LinkingWord["word"][] = ["by", "every", "keep", "over", "stalls", "to", "when"];

function buildLink(token: IToken, at: number): LinkingWord {
  const word = links.find((link) => link === token.image) ?? "by";
  return { kind: "linking-word", span: tokenSpan(token) ?? { start: at, end: at }, word };
}

/** Reports what stands where a brace must open. */
export function reportStray(building: Building, nodes: readonly cst.StrayCstNode[] | undefined): void {
  const token = first(nodes)?.children.LineToken[0];
  const span = tokenSpan(token);
  if (token !== undefined && span !== null) report(building, "expected-syntax", span, { expected: "`{`", found: quoted(token) }, hintFor({ id: "expected-syntax", expected: "`{`", found: quoted(token), ...span }, building.text));
}

function reportBraces(building: Building, nodes: readonly cst.StrayBracesCstNode[] | undefined, expected: string): void {
  const span = tokenSpan(first(first(nodes)?.children.OpenBrace));
  if (span !== null) report(building, "expected-syntax", span, { expected, found: "`{`" });
}

const statementWords = ["input", "output", "layer", "repeat", "if", "return", "assert"];
const followers: Readonly<Record<string, string>> = { input: "a name", output: "a name", layer: "a name", repeat: "a number of turns", if: "a condition", assert: "a condition", return: "a value" };

function reportUnknownStatement(building: Building, tokens: readonly IToken[]): void {
  const [word, next] = tokens;
  const span = tokenSpan(word);
  if (word === undefined || span === null) return;
  const nextSpan = tokenSpan(next);
  const follower = followers[word.image];
  if (["let", "const", "var"].includes(word.image) && next !== undefined && nextSpan !== null) {
    const edits = [{ span: { start: span.start, end: nextSpan.start }, text: "" }];
    report(building, "let-in-body", span, { word: word.image, name: next.image }, { fixes: [{ title: `Remove \`${word.image}\`.`, edits }] });
  } else if (word.image === "else") {
    report(building, "else-without-if", span, {});
  } else if (follower !== undefined) {
    const found = next === undefined ? "the end of the line" : quoted(next);
    report(building, "expected-syntax", nextSpan ?? { start: span.end, end: span.end }, { expected: `${follower} after \`${word.image}\``, found });
  } else {
    // Only `outptu y = ...` is a misspelled word; `x |> relu` is not.
    const nearest = next !== undefined && /^\w/.test(next.image) ? (suggest(word.image, statementWords) ?? "") : "";
    const hint = statementHint(word.image, next?.image ?? "");
    report(building, "unknown-statement", span, { found: quoted(word), nearest }, hint === null ? {} : { help: hint });
  }
}
