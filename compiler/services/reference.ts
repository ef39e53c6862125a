// What the language's words mean, out of the tables that the compiler checks programs with: for `sop explain`, hovers and the written
// reference. The standard library is read through the host.

import type { Host } from "../host.js";
import { clauseEntries, plannedEntries } from "./reference/clause-entries.js";
import { constructEntries } from "./reference/constructs.js";
import { dataEntries, frozenEntry, initializerEntries, numberEntries, optimizerEntries, overparamEntries, selectionEntries } from "./reference/functions-of-options.js";
import { layerEntries, operatorEntries } from "./reference/functions-of-tensors.js";
import { libraryEntries } from "./reference/library.js";
import { topicEntries } from "./reference/notes.js";
import type { ReferenceEntry, ReferenceKind, ReferencePage } from "./reference/page.js";

/** All entries, in the order of the written reference. */
export function referenceEntries(host: Host): readonly ReferenceEntry[] {
  const { before, after } = languageEntries();
  return [...before, ...libraryEntries(host), ...after];
}

let known: ReturnType<typeof languageEntries> | null = null;

/** What is in the compiler's own tables, the same for all hosts: before the standard library and after it. */
export function languageEntries(): { readonly before: readonly ReferenceEntry[]; readonly after: readonly ReferenceEntry[] } {
  known ??= { before: beforeLibrary(), after: [...constructEntries, ...topicEntries, ...plannedEntries()] };
  return known;
}

function beforeLibrary(): readonly ReferenceEntry[] {
  return [
    ...layerEntries(),
    ...operatorEntries(),
    ...numberEntries(),
    ...initializerEntries(),
    ...optimizerEntries(),
    ...dataEntries(),
    ...clauseEntries(),
    ...selectionEntries(),
    ...overparamEntries(),
    frozenEntry(),
  ];
}

/** What a word stands for, or null. A word can stand for several things: `mean` is a function of tensors and a mixing rule. */
export function reference(word: string, host: Host): ReferencePage | null {
  const entries = referenceEntries(host).filter((each) => each.word === word);
  return entries.length === 0 ? null : { word, entries };
}

/** All words by what they are, in groups for people. */
export function referenceWords(host: Host): readonly { readonly title: string; readonly words: readonly string[] }[] {
  const entries = referenceEntries(host);
  return groups.flatMap(({ title, kinds }) => {
    const words = [...new Set(entries.filter(({ kind }) => kinds.includes(kind)).map(({ word }) => word))];
    return words.length === 0 ? [] : [{ title, words }];
  });
}

const groups: readonly { readonly title: string; readonly kinds: readonly ReferenceKind[] }[] = [
  { title: "layers and functions of tensors", kinds: ["layer", "operator"] },
  { title: "losses", kinds: ["loss"] },
  { title: "metrics", kinds: ["metric"] },
  { title: "optimizers", kinds: ["optimizer"] },
  { title: "schedules", kinds: ["schedule"] },
  { title: "initial values", kinds: ["initializer"] },
  { title: "overparam and its values", kinds: ["annotation", "annotation-value"] },
  { title: "sources of data, generators", kinds: ["source", "generator"] },
  { title: "clauses", kinds: ["clause"] },
  { title: "ways to choose training rows", kinds: ["selection"] },
  { title: "functions on numbers", kinds: ["number-function"] },
  { title: "standard library", kinds: ["library", "library-name"] },
  { title: "declarations, statements and types", kinds: ["construct"] },
  { title: "topics", kinds: ["topic"] },
  { title: "not supported yet", kinds: ["planned"] },
];
