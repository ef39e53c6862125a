// Prints refactorings: the title, the lines that change with what they become, and where a made-up name is used.

import { check } from "../../../compiler/compile.js";
import type { Change, Refactoring } from "../../../compiler/services/refactorings/refactoring.js";
import { refactoringsAt } from "../../../compiler/services/refactorings/refactorings.js";
import { applyEdits } from "../../../compiler/services/refactorings/rewritten.js";
import { lineMap } from "../../../compiler/source/line-map.js";
import type { Question } from "../service-cases.js";

/** The titles of all that is offered. */
export function printRefactorings(question: Question): string {
  return offers(question).map(({ title, kind }) => `${kind}: ${title}`).join("\n");
}

/** What one of them does: the text after it. */
export function printChange(id: string): (question: Question) => string {
  return (question) =>
    offers(question)
      .filter((offered) => offered.id === id || offered.id.startsWith(`${id} `))
      .map(({ title, change }) => `${title}\n\n${printTexts(question, change())}`)
      .join("\n\n") || "nothing is offered";
}

function offers({ snapshot, path, selection }: Question): readonly Refactoring[] {
  const { host } = snapshot;
  return refactoringsAt(snapshot, path, selection, { check: (texts) => check(snapshot.path, { ...host, read: (of) => texts.get(of) ?? host.read(of) }).diagnostics, workspace: () => snapshot });
}

function printTexts({ snapshot, path }: Question, change: Change | null): string {
  if (change === null) return "it cannot be done";
  return [...change.edits]
    .map(([of, edits]) => {
      const text = applyEdits(snapshot.textOf(of), edits);
      const at = change.name?.path === of ? lineMap(text).position(change.name.offset) : null;
      return `${of === path ? "" : `${of}:\n`}${text.trimEnd()}${at === null ? "" : `\n\nthe name is at ${at.line}:${at.column}`}`;
    })
    .join("\n\n");
}
