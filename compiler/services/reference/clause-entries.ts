// The reference of clauses, and of what is planned.

import { clauseSpecs } from "../../semantics/clauses/clauses.js";
import { plannedLayers, plannedLibraries } from "../../semantics/not-supported.js";
import { clauseExample } from "./examples.js";
import { notesOf } from "./notes.js";
import { entry, type ReferenceEntry } from "./page.js";

/** Clauses of data, train and recipe. */
export function clauseEntries(): readonly ReferenceEntry[] {
  return Object.entries(clauseSpecs).map(([word, { where, form, doc, slot, repeats }]) => {
    const others = Object.entries(clauseSpecs).flatMap(([other, spec]) => (other !== word && slot !== undefined && spec.slot === slot ? [`\`${other}\``] : []));
    const rules = [...(others.length > 0 ? [`It stands in the place of ${others.join(", ")}: a run has one of them.`] : []), ...(repeats === true ? ["It may stand several times."] : [])];
    return entry({
      word,
      kind: "clause",
      title: `a clause of ${where.map((place) => `\`${place}\``).join(", ")}`,
      signature: form,
      doc: [doc, ...rules].join(" "),
      notes: notesOf(word),
      example: clauseExample(word),
    });
  });
}

const groups: readonly { readonly words: Iterable<string>; readonly title: string }[] = [
  { words: plannedLayers, title: "a layer, function, loss or metric" },
  { words: plannedLibraries, title: "a file of the standard library" },
];

/** What the language has and this version has not. */
export function plannedEntries(): readonly ReferenceEntry[] {
  return groups.flatMap(({ words, title }) => [...words].map((word) => planned(word, title, "It is reserved for a later version: using it says so.")));
}

function planned(word: string, title: string, doc: string): ReferenceEntry {
  return entry({ word, kind: "planned", title: `${title}; this version does not have it yet`, doc });
}
