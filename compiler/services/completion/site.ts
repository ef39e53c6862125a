// What all parts of a completion share: the program, the cursor, and the names that the program has for a place.

import type { Data, Model } from "../../ast/ast.js";
import type { Entry, FileScope } from "../../semantics/files.js";
import { isLayerName, layers, categoryOf } from "../../semantics/layers/layers.js";
import type { Found } from "../../semantics/observed.js";
import { importsInto } from "../../semantics/import-edit.js";
import { standardNames } from "../../semantics/standard-names.js";
import type { Cursor, Frame, Lexeme } from "../cursor/cursor.js";
import type { Local } from "../cursor/locals.js";
import { libraryExports, type Exported, type OtherFile } from "../names/exports.js";
import { declaredSignature, signatureLabel, type Signature, type TextOf } from "../signatures/signature.js";
import type { Snapshot } from "../snapshot.js";
import { callSnippet, escaped, item, layerItem, type CallForm, type CompletionItem, type CompletionKind, type Topic } from "./item.js";

export interface Site {
  readonly snapshot: Snapshot;
  readonly file: FileScope;
  readonly textOf: TextOf;
  readonly cursor: Cursor;
  /** The innermost bracket, and the one around it. */
  readonly frame: Frame;
  readonly outer: Frame | null;
  /** The tokens of the item at the cursor. */
  readonly item: readonly Lexeme[];
  /** The one before the cursor. */
  readonly last: Lexeme | null;
  /** Does a list of arguments follow the word already? */
  readonly hasList: boolean;
  /** Other files of the open folders. */
  readonly others: Others;
}

/** Asked for where names or files are to be imported. */
export type Others = () => readonly OtherFile[];

export function siteOf(snapshot: Snapshot, file: FileScope, cursor: Cursor, others: Others): Site {
  const { frames, text, word } = cursor;
  const empty: Frame = { open: "", callee: [], before: "", done: [], item: [] };
  const frame = frames[frames.length - 1] ?? empty;
  return { snapshot, file, textOf: snapshot.textOf, cursor, frame, outer: frames[frames.length - 2] ?? null, item: frame.item, last: frame.item[frame.item.length - 1] ?? null, hasList: /^[ \t]*\(/.test(text.slice(word.end)), others };
}

export type EntryKind = Entry["node"]["kind"];

const kinds: { readonly [K in EntryKind]: CompletionKind } = { let: "constant", data: "dataset", block: "block", model: "model", recipe: "recipe", train: "run" };

/** Declarations of these kinds that the file has, imported ones too. `form`: how those that take options are called. */
export function declared(site: Site, wanted: readonly EntryKind[], form: CallForm = "named", constants: ConstantKinds = null): readonly CompletionItem[] {
  const own = ownName(site);
  return [...site.file.entries].flatMap(([name, entry]): CompletionItem[] => {
    const { node, file } = entry;
    // A model is no part of itself; a block may call itself.
    if (!wanted.includes(node.kind) || (name === own && node.kind !== "block") || (node.kind === "let" && !isWanted(site, entry, constants))) return [];
    const topic = { kind: "declared", file: site.file.path, name } as const;
    if (node.kind !== "block" && node.kind !== "model" && node.kind !== "recipe") return [item(kinds[node.kind], name, "file", { topic })];
    const signature = { ...declaredSignature(site.textOf, file, node), name };
    return [item(kinds[node.kind], name, "file", { detail: signatureLabel(signature).label, snippet: callSnippet(signature, site.hasList ? "bare" : form), topic })];
  });
}

/** Kinds of values that constants have; null: any. */
export type ConstantKinds = readonly Found["kind"][] | null;

// One whose value is not known may be what is wanted.
function isWanted({ snapshot }: Site, { file, node }: Entry, kinds: ConstantKinds): boolean {
  const value = kinds === null ? null : snapshot.facts.constantAt({ file: file.path, span: node.name.span });
  return value === null || kinds === null || kinds.includes(value.kind);
}

/** The name of the declaration around the cursor. */
function ownName({ cursor }: Site): string {
  const [head] = cursor.frames;
  return (head?.done[0] ?? head?.item ?? [])[1]?.text ?? "";
}

/** Names that the file does not import, of the standard library and of other files of the open folders, each with the import that brings it. */
export function importable(site: Site, wanted: readonly EntryKind[], form: CallForm = "named"): readonly CompletionItem[] {
  const { file } = site;
  const own = ownName(site);
  const importOf = importsInto(file);
  const itemOf = ({ name, kind, signature }: Pick<Exported, "name" | "kind" | "signature">, from: string, topic: Topic): readonly CompletionItem[] => {
    if (!wanted.includes(kind) || name === own || file.entries.has(name)) return [];
    const snippet = signature === null ? escaped(name) : callSnippet(signature, site.hasList ? "bare" : form);
    return [item(kinds[kind], name, "library", { detail: `import from "${from}"`, snippet, edits: [importOf(name, from)], topic })];
  };
  const librarySignature = (name: string, from: string): Signature | null => libraryExports(site.snapshot.host, from, file.path).names.find((each) => each.name === name)?.signature ?? null;
  return [
    ...Object.entries(standardNames).flatMap(([name, { kind, from }]) => itemOf({ name, kind, signature: wanted.includes(kind) ? librarySignature(name, from) : null }, from, { kind: "word", word: name, of: "library-name" })),
    ...site.others().flatMap(({ specifier, path, names }) => names.flatMap((each) => itemOf(each, specifier, { kind: "exported", path, name: each.name }))),
  ];
}

/** Layers and functions of tensors that the language has. */
export function builtInLayers(site: Site, form: CallForm): readonly CompletionItem[] {
  return Object.keys(layers).filter(isLayerName).filter((name) => categoryOf(name) === "layer" && !site.file.entries.has(name) && (form !== "piped" || layers[name].tensors.length > 0)).map((name) => layerItem(name, site.hasList ? "bare" : form));
}

export function localItem({ kind, name, type, start }: Local, site: Site): CompletionItem {
  const shown: CompletionKind = kind === "layer" ? "layer" : kind === "counter" || kind === "dimension" ? "dimension" : kind === "input" ? "value" : kind;
  return item(shown, name, "local", { detail: type, topic: { kind: "place", path: site.file.path, offset: start } });
}

/** Is it known to be a tensor, or not known to be anything else? */
export function isTensorLocal({ kind, type }: Local): boolean {
  return kind === "value" || kind === "input" || kind === "output" || (kind === "parameter" && /^(?:f32|i32|bool\[|class)/.test(type ?? ""));
}

export function isLayerLocal({ kind, type }: Local): boolean {
  return kind === "layer" || (kind === "parameter" && type === "layer");
}

/** Names of a run at the cursor. */
export interface RunParts {
  readonly models: readonly { readonly file: FileScope; readonly node: Model }[];
  readonly datasets: readonly { readonly file: FileScope; readonly node: Data }[];
}

/** The model and the data of the run around the cursor; of a recipe those of the runs that use it, or all that the file knows. */
export function runParts(site: Site): RunParts {
  const { cursor, file } = site;
  const [head] = cursor.frames;
  if (cursor.declaration === "train" && head !== undefined) {
    const colon = head.item.findIndex(({ text }) => text === ":");
    const on = head.item.findIndex(({ text }, index) => text === "on" && index > colon);
    return partsOf(file, head.item[colon + 1]?.text ?? "", head.item[on + 1]?.text ?? "");
  }
  const recipe = head?.item[1]?.text ?? "";
  const runs = file.program.declarations.filter((node) => node.kind === "train");
  const using = runs.filter(({ clauses }) => clauses.some((clause) => clause.kind === "clause" && clause.word.text === "use" && file.path !== "" && clause.items.some(({ span }) => nameAt(site, span.start) === recipe)));
  const chosen = (using.length > 0 ? using : runs).map(({ model, data }) => partsOf(file, nameAt(site, model.span.start), data.names[0]?.text ?? ""));
  const all = chosen.length > 0 ? chosen : [...file.entries.values()].map(({ node, file: owner }): RunParts => ({ models: node.kind === "model" ? [{ file: owner, node }] : [], datasets: node.kind === "data" ? [{ file: owner, node }] : [] }));
  return { models: all.flatMap(({ models }) => models), datasets: all.flatMap(({ datasets }) => datasets) };
}

function nameAt({ textOf, file }: Site, start: number): string {
  return /^\w+/.exec(textOf(file.path).slice(start, start + 200))?.[0] ?? "";
}

function partsOf(file: FileScope, model: string, data: string): RunParts {
  const [found, rows] = [file.entries.get(model), file.entries.get(data)];
  return { models: found?.node.kind === "model" ? [{ file: found.file, node: found.node }] : [], datasets: rows?.node.kind === "data" ? [{ file: rows.file, node: rows.node }] : [] };
}
