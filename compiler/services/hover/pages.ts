// Pages of the reference as Markdown for hovers and completions: the signature, what it means, and nothing that the place does not need.

import type { Host } from "../../host.js";
import { remembered } from "../../semantics/remembered.js";
import { languageEntries } from "../reference.js";
import { libraryEntries } from "../reference/library.js";
import { nothing } from "../reference/option-text.js";
import type { ReferenceEntry, ReferenceOption } from "../reference/page.js";

type Index = ReadonlyMap<string, readonly ReferenceEntry[]>;

let language: Index | null = null;
// The library is read once for a host, and only where a word is not the language's.
const library = remembered((host: Host): Index => byWord(libraryEntries(host)));

function byWord(entries: readonly ReferenceEntry[]): Index {
  const found = new Map<string, ReferenceEntry[]>();
  for (const entry of entries) found.set(entry.word, [...(found.get(entry.word) ?? []), entry]);
  return found;
}

/** The entry of a word, of one of these kinds if there are several. */
export function pageOf(host: Host, word: string, kinds: readonly string[] = []): ReferenceEntry | null {
  const { before, after } = languageEntries();
  language ??= byWord([...before, ...after]);
  const entries = language.get(word) ?? library(host).get(word) ?? [];
  return entries.find(({ kind }) => kinds.includes(kind)) ?? (kinds.length === 0 ? (entries[0] ?? null) : null);
}

/** A word as a hover shows it. */
export function entryMarkdown({ word, title, signature, where, doc, kind }: ReferenceEntry): string {
  return sections([signature === null ? `**${word}**, ${title}` : code(signature), sentence(doc, where), kind === "library" ? "" : `_${title}_`]);
}

/** An option with what it is for. */
export function optionMarkdown(of: string, { name, type, default: fallback, doc }: ReferenceOption): string {
  const usual = fallback === null ? "It must be given." : fallback === nothing ? "Absent unless given." : `\`${fallback}\` unless given.`;
  return sections([`**${name}** of \`${of}\`: ${type}. ${usual}`, doc]);
}

function sentence(doc: string, where: string | null): string {
  return where === null ? doc : `${doc} Here ${where}.`;
}

/** A block of the language. */
export function code(text: string): string {
  return `\`\`\`sop\n${text}\n\`\`\``;
}

/** Paragraphs; empty ones are left out. */
export function sections(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join("\n\n");
}
