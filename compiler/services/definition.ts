// Where a name is declared, and where what it is made of is.

import type { Expression, Import } from "../ast/ast.js";
import type { Span } from "../source/source.js";
import { calledIn } from "./names/callees.js";
import { dataWithFields, modelOfCall } from "./names/members.js";
import { declarationSymbol, type NamedSymbol } from "./names/symbols.js";
import { importedPath } from "./links.js";
import { meaningAt, type Workspace } from "./names/workspace.js";
import type { Place } from "./snapshot.js";

/** A place that an editor can go to. */
export interface Target {
  /** What was asked about: the name, or the text in quotes. */
  readonly from: Span;
  readonly file: string;
  /** The declaring name; the beginning of a file that an import names. */
  readonly span: Span;
  /** All of the declaration. */
  readonly extent: Span;
}

/** The declarations of the name at a place, several where runs give a recipe's name different meanings; of an import's path the file. */
export function definition(workspace: Workspace, place: Place): readonly Target[] {
  const file = importAt(workspace, place);
  if (file !== null) return [file];
  const meaning = meaningAt(workspace, place);
  return meaning === null ? [] : meaning.symbols.map((symbol) => targetOf(meaning.span, symbol));
}

function importAt({ files, host }: Workspace, { path, offset }: Place): Target | null {
  const file = files.get(path);
  const node = file?.program.declarations.find((each): each is Import => each.kind === "import" && each.from.span.start <= offset && offset <= each.from.span.end);
  const to = file === undefined || node === undefined ? null : importedPath(file.path, node.from.value, host);
  if (node === undefined || to === null || (!files.has(to) && host.read(to) === null)) return null;
  const start = { start: 0, end: 0 };
  return { from: node.from.span, file: to, span: start, extent: start };
}

function targetOf(from: Span, { origin, extent }: NamedSymbol): Target {
  return { from, file: origin.file, span: origin.span, extent };
}

/**
 * What the thing at a place is made by: of a value the block or model that it is the result of, of a named layer what it calls, of a run its
 * model, of a model the one that it is an instance of, of a derived dataset that with the fields. None of what is built in.
 */
export function typeDefinition(workspace: Workspace, place: Place): readonly Target[] {
  const meaning = meaningAt(workspace, place);
  if (meaning === null) return [];
  const makers = new Map(meaning.symbols.flatMap((symbol) => makersOf(workspace, symbol)).map((symbol) => [symbol.id, symbol]));
  return [...makers.values()].map((symbol) => targetOf(meaning.span, symbol));
}

function makersOf(workspace: Workspace, symbol: NamedSymbol): readonly NamedSymbol[] {
  const file = workspace.files.get(symbol.origin.file);
  const { node } = symbol;
  if (file === undefined) return [];
  switch (node.kind) {
    case "bind":
    case "output":
    case "layer":
      return calledBy(workspace, symbol.origin.file, node.value);
    case "train": {
      const called = calledBy(workspace, symbol.origin.file, node.model);
      return called.length > 0 ? called : declared(modelOfCall(file, node.model));
    }
    case "model":
      return node.definition.kind === "instance" ? calledBy(workspace, symbol.origin.file, node.definition.call) : [];
    case "data":
      return declared(dataWithFields({ file, node })).filter(({ id }) => id !== symbol.id);
    case "name":
      return symbol.kind === "word" && symbol.container !== null ? [symbol.container] : [];
    default:
      return [];
  }
}

function declared(owner: Parameters<typeof declarationSymbol>[0] | null): readonly NamedSymbol[] {
  return owner === null ? [] : [declarationSymbol(owner)];
}

/** What the outermost call of an expression calls: the last one of a chain. */
function calledBy(workspace: Workspace, file: string, value: Expression): readonly NamedSymbol[] {
  const last = value.kind === "pipe" ? value.right : value;
  const called = last.kind === "missing" ? null : calledIn(last);
  if (called === null) return [];
  const [name] = (called.kind === "path" ? called : called.callee).names;
  const meaning = name === undefined ? null : meaningAt(workspace, { path: file, offset: name.span.start });
  const found = meaning?.symbols ?? [];
  return found.filter(({ kind }) => kind === "block" || kind === "model" || kind === "layer");
}
