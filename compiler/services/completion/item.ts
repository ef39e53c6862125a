// What a completion offers.

import { categoryOf, type LayerKind } from "../../semantics/layers/layers.js";
import type { Span } from "../../source/source.js";
import { layerSignature, signatureLabel, type Signature } from "../signatures/signature.js";

export type CompletionKind =
  | "layer" | "loss" | "metric" | "function" | "optimizer" | "schedule" | "source" | "selection"
  | "constant" | "dataset" | "block" | "model" | "recipe" | "run"
  | "value" | "parameter" | "dimension" | "field" | "output"
  | "option" | "word" | "keyword" | "clause" | "type" | "file";

/** Where the documentation of an item comes from; it is made when it is asked for. */
export type Topic =
  /** A page of the reference; `kind` where a word has several. */
  | { readonly kind: "word"; readonly word: string; readonly of: string | null }
  | { readonly kind: "option"; readonly doc: string }
  /** A declaration of the program. */
  | { readonly kind: "declared"; readonly file: string; readonly name: string }
  /** One of a file that the program may lack. */
  | { readonly kind: "exported"; readonly path: string; readonly name: string }
  /** A name of a body, where it was bound. */
  | { readonly kind: "place"; readonly path: string; readonly offset: number };

export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A type, a signature, how it is written. */
  readonly detail: string | null;
  /** With `$1` and `${1:units}` where the cursor goes, `$0` where it ends; `\$` is a dollar. */
  readonly snippet: string;
  /** By which items are ordered: groups by how near they are, then names. */
  readonly sort: string;
  /** Edits elsewhere in the file: an import. */
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
  readonly topic: Topic | null;
}

/** How near to the cursor a thing is: what only this place takes, names of the body, of the file, what the language has, what must be imported first. */
export type Group = "here" | "local" | "file" | "built-in" | "keyword" | "library";

const order: { readonly [G in Group]: string } = { here: "1", local: "2", file: "3", "built-in": "4", keyword: "5", library: "6" };

export function item(kind: CompletionKind, label: string, group: Group, more: Partial<Omit<CompletionItem, "kind" | "label" | "sort">> = {}): CompletionItem {
  return { kind, label, detail: null, snippet: escaped(label), sort: `${order[group]} ${label}`, edits: [], topic: null, ...more };
}

/** Text that is meant as it stands. */
export function escaped(text: string): string {
  return text.replace(/[\\$}]/g, "\\$&");
}

export function keyword(label: string, snippet = escaped(label), group: Group = "keyword"): CompletionItem {
  return item("keyword", label, group, { snippet, topic: /^\w+$/.test(label) ? { kind: "word", word: label, of: null } : null });
}

export function wordItem(label: string, detail: string | null = null, snippet = escaped(label)): CompletionItem {
  return item("word", label, "here", { detail, snippet });
}

/** How a call is completed: behind `|>` its first tensor is there, behind `layer name =` all are; `bare`: only the name, since a list follows. */
export type CallForm = "piped" | "whole" | "named" | "bare";

/** `dense(${1:units})`: what has no default, tensors where they are not piped. */
export function callSnippet(signature: Signature, form: CallForm): string {
  const known = snippets.get(signature) ?? new Map<CallForm, string>();
  snippets.set(signature, known);
  const snippet = known.get(form) ?? makeSnippet(signature, form);
  known.set(form, snippet);
  return snippet;
}

// A keystroke asks for those of all that can be called.
const snippets = new WeakMap<Signature, Map<CallForm, string>>();

function makeSnippet({ name, parameters }: Signature, form: CallForm): string {
  if (form === "bare") return escaped(name);
  const tensors = parameters.filter(({ takes, isPositional }) => takes.kind === "tensor" && isPositional);
  const wanted = form === "named" ? [] : form === "piped" && tensors[0]?.isVariadic !== true ? tensors.slice(1) : tensors;
  const options = parameters.filter(({ takes, isPositional }) => takes.kind !== "tensor" && isPositional);
  const places = [
    ...wanted.map((tensor) => tensor.name.replace("...", "")),
    // By position what comes first, by name the rest, as programs are written.
    ...options.map((option, index) => (index === 0 || option.isVariadic ? option.name.replace("...", "") : `${option.name}: `)),
  ].map((text, index) => (text.endsWith(": ") ? `${escaped(text)}\${${index + 1}}` : `\${${index + 1}:${escaped(text)}}`));
  if (places.length > 0) return `${escaped(name)}(${places.join(", ")})`;
  return form === "whole" ? `${escaped(name)}($0)` : escaped(name);
}

export function layerItem(name: LayerKind, form: CallForm, group: Group = "built-in"): CompletionItem {
  const signature = layerSignature(name);
  const category = categoryOf(name);
  return item(category === "operator" ? "layer" : category, name, group, { detail: signatureLabel(signature).label, snippet: callSnippet(signature, form), topic: { kind: "word", word: name, of: category === "operator" ? "layer" : category } });
}
