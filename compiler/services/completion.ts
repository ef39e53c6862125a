// What may be written at a cursor. By the tokens before it, which are there however broken the file is, and by the names of the program. All that
// fits is given: editors filter by what is typed. Documentation is made for the one item that is looked at.

import type { Span } from "../source/source.js";
import { bodyItems, bracketItems, expressionItems } from "./completion/bodies.js";
import { callItems } from "./completion/calls.js";
import { clauseItems, measured } from "./completion/clauses.js";
import { declarationItems, headItems, importItems, parameterItems, stringItems } from "./completion/heads.js";
import { item, type CompletionItem } from "./completion/item.js";
import { siteOf, type Others, type Site } from "./completion/site.js";
import { takenValues } from "./completion/values.js";
import { cursorAt } from "./cursor/cursor.js";
import { callAt, expectedAt, fusion, givenIn } from "./signatures/call-at.js";
import { functionSignature } from "./signatures/signature.js";
import type { Place, Snapshot } from "./snapshot.js";

export type { CompletionItem, CompletionKind, Topic } from "./completion/item.js";

export interface Completions {
  /** The word that an item takes the place of. */
  readonly replaces: Span;
  readonly items: readonly CompletionItem[];
}

/** All that fits, each name once. `others` gives files of the open folders whose names can be imported. */
export function completion(snapshot: Snapshot, { path, offset }: Place, others: Others = () => []): Completions {
  const file = snapshot.files.get(path);
  const cursor = cursorAt(snapshot.textOf(path), offset);
  if (file === undefined || cursor.place === "comment") return { replaces: cursor.word, items: [] };
  const found = new Map<string, CompletionItem>();
  for (const each of itemsAt(siteOf(snapshot, file, cursor, others))) if (!found.has(each.label)) found.set(each.label, each);
  return { replaces: cursor.word, items: [...found.values()] };
}

function itemsAt(site: Site): readonly CompletionItem[] {
  const { cursor, frame } = site;
  // A number is being written.
  if (/\d/.test(cursor.text.charAt(cursor.offset - 1)) && cursor.word.start === cursor.word.end && cursor.place === "code") return [];
  if (cursor.place === "string") return stringItems(site);
  if (site.last?.text === ".") return memberItems(site);
  switch (frame.open) {
    case "":
      return cursor.declaration === null || site.item.length === 0 && frame.done.length === 0 ? declarationItems() : headItems(site);
    case "(":
      return listItems(site);
    case "[":
      return bracketItems(site);
    case "{":
      return braceItems(site);
  }
}

function braceItems(site: Site): readonly CompletionItem[] {
  const { declaration, frames } = site.cursor;
  const [head] = frames;
  if (declaration === "import") return importItems(site);
  if (declaration === "data" || declaration === "train" || declaration === "recipe") return clauseItems(site, declaration);
  const isFusion = declaration === "model" && head !== undefined && frames.length === 2 && [...head.done, head.item].some((tokens) => tokens.some(({ text }) => text === "fuse"));
  return isFusion ? fusionItems(site) : bodyItems(site);
}

// `fuse from a, b { new_weights: zeros }`
function fusionItems(site: Site): readonly CompletionItem[] {
  const signature = functionSignature("fuse from", fusion);
  return callItems(site, { signature, ...givenIn(signature, site.frame, 0) }).filter(({ kind }) => kind === "option" || site.item.length > 0);
}

function listItems(site: Site): readonly CompletionItem[] {
  const { cursor, frame, outer } = site;
  const program = { file: site.file, textOf: site.textOf };
  const isHead = cursor.frames.length === 2 && outer?.open === "" && outer.done.length === 0 && outer.item.length === 2 && cursor.declaration !== "data";
  if (isHead) return parameterItems(site);
  if (isObjective(site)) return objectiveItems(site);
  const call = callAt(program, cursor);
  if (call !== null) return site.last?.text === "|>" ? expressionItems(site) : callItems(site, call);
  if (frame.callee.length > 0) return expressionItems(site);
  // Parentheses around a value.
  const around = cursor.frames.length > 1 ? expectedAt(program, cursor, cursor.frames.length - 2) : null;
  return around === null ? expressionItems(site) : takenValues(site, around);
}

// In the lists of `loss` and `metrics` tensors are outputs and fields.
function isObjective({ cursor }: Site): boolean {
  if (cursor.declaration !== "train" && cursor.declaration !== "recipe") return false;
  const line = cursor.frames[1];
  const word = (line?.done[0] ?? line?.item ?? [])[0]?.text;
  return line?.open === "{" && (word === "loss" || word === "metrics");
}

function objectiveItems(site: Site): readonly CompletionItem[] {
  const call = callAt({ file: site.file, textOf: site.textOf }, site.cursor);
  if (call === null) return measured(site);
  const takes = call.active?.takes.kind;
  const options = callItems(site, call).filter(({ kind }) => kind === "option");
  if (call.isNamed && takes !== "tensor") return callItems(site, call);
  // The prediction comes first, then the target.
  const index = call.active === null ? 0 : call.signature.parameters.indexOf(call.active);
  return [...(takes === "tensor" || call.active === null ? measured(site, index > 0 ? "field" : "output") : []), ...options.map((option) => ({ ...option, sort: `2 ${option.label}` }))];
}

// Behind a dot: the table of an embedding, fields of the row, items that are measured.
function memberItems(site: Site): readonly CompletionItem[] {
  const owner = site.item[site.item.length - 2]?.text ?? "";
  const behind = (items: readonly CompletionItem[], prefix: string): readonly CompletionItem[] => items.flatMap((each) => (each.label.startsWith(prefix) ? [{ ...each, label: each.label.slice(prefix.length), snippet: each.label.slice(prefix.length) }] : []));
  const without: Site = { ...site, item: site.item.slice(0, -2), last: site.item[site.item.length - 3] ?? null, frame: { ...site.frame, item: site.item.slice(0, -2) } };
  if (owner === "row") return measured(without).filter(({ kind }) => kind === "field").map((each) => ({ ...each, label: each.label.replace(/^row\./, ""), snippet: each.label.replace(/^row\./, "") }));
  if (site.cursor.locals.some(({ kind, name }) => kind === "layer" && name === owner)) return [item("function", "unembed", "here", { detail: "the table of an embedding, used the other way round" })];
  return site.frame.open === "{" ? behind(braceItems(without), `${owner}.`) : [];
}
