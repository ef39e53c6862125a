// A piece of a body becomes a block above the declaration, with what it reads as parameters, and a call in its place.

import type { Statement } from "../../ast/ast.js";
import { walk } from "../../ast/visit.js";
import { isFigurePath } from "../../semantics/budgets.js";
import type { Sight, Sights } from "../../semantics/sizes/look-into.js";
import type { SymbolicValue } from "../../semantics/sizes/symbolic-value.js";
import type { Span } from "../../source/source.js";
import type { NamedSymbol } from "../names/symbols.js";
import type { Snapshot } from "../snapshot.js";
import { signatureOf, type Need, type Signature } from "./extract-signature.js";
import { fateIn, isReadAfter, mentioned } from "./liveness.js";
import { freeName, isOfFile, isTakenIn, referencesOf, textsIn, within, type Owner } from "./local-names.js";
import { otherPaths, type Refactoring } from "./refactoring.js";
import { changeOf, rewritten, startWithComments } from "./rewritten.js";
import { selectedIn, type Selected } from "./selection.js";
import { sightsOf } from "./sights.js";
import { mayHaveWeights } from "./weighted.js";

/** The block that a selection becomes, and what stands in its place. */
interface Extracted {
  readonly signature: Signature;
  readonly body: string;
  /** The call in the place of `replaced`. */
  readonly call: (name: string) => string;
  readonly replaced: Span;
}

/** The offer to make a block of what is selected; null where that keeps not what the program means, or types are not known. */
export function extractBlock(snapshot: Snapshot, owner: Owner, selection: Span): Refactoring | null {
  const { path } = owner.file;
  const text = snapshot.textOf(path);
  const selected = selectedIn(owner, text, selection);
  const extracted = selected === null ? null : pieceOf(snapshot, owner, text, selected, selection);
  if (extracted === null) return null;
  const name = freeName("extracted", (candidate) => isTakenIn(owner, candidate));
  return {
    id: "extract-block",
    title: `Extract block${mayHaveWeights(owner, extracted.replaced) ? otherPaths : ""}`,
    kind: "refactor.extract",
    change: () => {
      const above = startWithComments(text, owner.node.span);
      const block = `block ${name}(${extracted.signature.text}) {\n${extracted.body}\n}\n\n`;
      const after = rewritten(path, text, [{ span: { start: above, end: above }, text: block }, { span: extracted.replaced, text: extracted.call(name) }]);
      return changeOf(path, text, after, name);
    },
  };
}

function pieceOf(snapshot: Snapshot, owner: Owner, text: string, selected: Selected, selection: Span): Extracted | null {
  const statement = selected.trail[selected.trail.length - 1]?.statement;
  if (statement === undefined) return null;
  const sights = sightsOf(snapshot.files, owner, "likely");
  if (selected.kind === "statements") return statementsAsBlock(owner, text, selected, selection, sights);
  const sight = sights.before(statement);
  if (sight === null) return null;
  return selected.kind === "stages" ? stagesAsBlock(owner, text, selected, sight) : expressionAsBlock(owner, text, selected, sight);
}

function statementsAsBlock(owner: Owner, text: string, { trail, statements, span }: Extract<Selected, { kind: "statements" }>, selection: Span, sights: Sights): Extracted | null {
  const [first, last] = [statements[0], statements[statements.length - 1]];
  if (first === undefined || last === undefined || statements.some((statement) => !mayStandInBlock(statement))) return null;
  const written = mentioned(owner, span, "written");
  const results = written.filter((symbol) => isReadAfter(owner, trail, statements, symbol));
  if (results.length === 0) return null;
  const [sight, end] = [sights.before(first), sights.after(last)];
  if (sight === null || end === null || !results.every(({ name }) => end.lookup(name)?.kind === "tensor")) return null;
  const isNeeded = (symbol: NamedSymbol): boolean => {
    const fate = fateIn(owner, statements, symbol);
    return fate === "read" || (fate === "open" && results.includes(symbol));
  };
  const needed = mentioned(owner, span).filter((symbol) => sight.lookup(symbol.name) !== undefined && isNeeded(symbol));
  const signature = signatureOf(needed.map((symbol) => needOf(owner, text, symbol, sight, span.start)), sight, takenIn(owner, span));
  if (signature === null) return null;
  const names = results.map(({ name }) => name);
  const start = startWithin(text, selection, span.start);
  const isLast = last.kind === "bind" && names.length === 1 && last.names.length === 1 && last.names[0]?.text === names[0] && !/\/\//.test(text.slice(last.span.start, last.value.span.start));
  const body = isLast ? `${text.slice(start, last.span.start)}return ${text.slice(last.value.span.start, span.end)}` : `${text.slice(start, span.end)}\nreturn ${names.join(", ")}`;
  return { signature, body, call: (name) => `${names.join(", ")} = ${callOf(name, signature)}`, replaced: { start, end: span.end } };
}

/** Comments that are selected above the first statement go with it. */
function startWithin(text: string, selection: Span, start: number): number {
  const before = text.slice(selection.start, start);
  const comment = /(?:^|\n)[ \t]*\/\//.exec(before);
  return comment === null ? start : selection.start + comment.index + comment[0].length - 2;
}

// Inputs and outputs belong to the model, `return` to the block, and budgets are of whole models.
function mayStandInBlock(statement: Statement): boolean {
  let may = true;
  walk(statement, (node) => {
    if (node.kind === "input" || node.kind === "output" || node.kind === "return" || node.kind === "missing" || (node.kind === "path" && isFigurePath(node))) may = false;
    return may;
  });
  return may;
}

function expressionAsBlock(owner: Owner, text: string, { expression, span }: Extract<Selected, { kind: "expression" }>, sight: Sight): Extracted | null {
  if (expression.kind === "path" || expression.kind === "group" && expression.value.kind === "path" || sight.value(expression).kind !== "tensor") return null;
  const signature = signatureOf(needsIn(owner, text, span, sight), sight, takenIn(owner, span));
  if (signature === null) return null;
  const body = `return ${text.slice(span.start, span.end)}`;
  return { signature, body, call: (name) => (expression.kind === "pipe" ? callOf(name, signature) : plainCall(name, signature)), replaced: span };
}

function stagesAsBlock(owner: Owner, text: string, { stages, span }: Extract<Selected, { kind: "stages" }>, sight: Sight): Extracted | null {
  const [first, last] = [stages[0], stages[stages.length - 1]];
  const value = first === undefined ? undefined : sight.value(first.left);
  if (first === undefined || last === undefined || value?.kind !== "tensor" || sight.value(last).kind !== "tensor") return null;
  const isTaken = takenIn(owner, span);
  const x = freeName("x", isTaken);
  const piped: Need = { name: x, value, declared: null, kind: "piped", isProven: !takesLayers(owner) };
  const signature = signatureOf([piped, ...needsIn(owner, text, span, sight)], sight, (name) => name === x || isTaken(name));
  if (signature === null) return null;
  return { signature, body: `return ${x} |> ${text.slice(span.start, span.end)}`, call: (name) => callWithoutFirst(name, signature), replaced: span };
}

/** Names in the piece, and of the file: sizes of the signature are called otherwise. */
function takenIn(owner: Owner, span: Span): (name: string) => boolean {
  const texts = new Set<string>();
  walk(owner.node, (node) => {
    if (node.span.end <= span.start || node.span.start >= span.end) return false;
    if (node.kind === "name") texts.add(node.text);
    return true;
  });
  return (name) => texts.has(name) || isOfFile(owner.file, name) || (/_\d+$/.test(name) && textsIn(owner.node).has(name));
}

function needsIn(owner: Owner, text: string, span: Span, sight: Sight): readonly Need[] {
  return mentioned(owner, span).map((symbol) => needOf(owner, text, symbol, sight, span.start));
}

function needOf(owner: Owner, text: string, symbol: NamedSymbol, sight: Sight, start: number): Need {
  const value: SymbolicValue = sight.lookup(symbol.name) ?? { kind: "unknown" };
  const { node, name, kind } = symbol;
  const isAsGiven = !within(referencesOf(owner), { start: owner.node.span.start, end: start }).some(({ role, symbols }) => role === "write" && symbols.some(({ id }) => id === symbol.id));
  const declared = kind === "parameter" && node.kind === "param" && isAsGiven ? text.slice(node.type.span.start, node.type.span.end) : null;
  return { name, value, declared, kind, isProven: !takesLayers(owner) || (isAsGiven && (kind === "parameter" || kind === "input")) };
}

/** What a layer that a call gives makes of sizes is not known. */
function takesLayers({ node }: Owner): boolean {
  return node.params.some(({ type }) => type.name.text === "layer");
}

/** `x |> name(mask, heads: heads)`; without a tensor `name()`. */
function callOf(name: string, signature: Signature): string {
  const [first] = signature.tensors;
  return first === undefined || signature.tensors.length > 1 ? plainCall(name, signature) : `${first} |> ${callWithoutFirst(name, signature)}`;
}

function plainCall(name: string, { tensors, options }: Signature): string {
  return `${name}(${[...tensors, ...options.map((option) => `${option}: ${option}`)].join(", ")})`;
}

function callWithoutFirst(name: string, { tensors, options }: Signature): string {
  const given = [...tensors.slice(1), ...options.map((option) => `${option}: ${option}`)];
  return given.length === 0 ? name : `${name}(${given.join(", ")})`;
}
