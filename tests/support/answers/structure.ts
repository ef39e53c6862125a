// Answers about the structure of a file, its form and its fixes, as text.

import { check } from "../../../compiler/compile.js";
import { allFixes, fixesAt } from "../../../compiler/services/fixes.js";
import { foldsOf } from "../../../compiler/services/folding.js";
import { formattingEdits, rangeFormattingEdits, typingEdits, type Edit } from "../../../compiler/services/formatting.js";
import { lensesOf } from "../../../compiler/services/lenses.js";
import { linksOf } from "../../../compiler/services/links.js";
import { selectionsAt } from "../../../compiler/services/selection-ranges.js";
import type { FileScope } from "../../../compiler/semantics/files.js";
import { othersOf, printPlace, type Question } from "../service-cases.js";

function fileOf({ snapshot, path }: Question): FileScope {
  const file = snapshot.files.get(path);
  if (file === undefined) throw new Error(`no file ${path}`);
  return file;
}

export function printFolds(question: Question): string {
  return foldsOf(fileOf(question), question.snapshot.linesOf(question.path)).map(({ kind, span }) => `${kind} ${printPlace(question, question.path, span)}`).join("\n");
}

export function printSelections(question: Question): string {
  return selectionsAt(fileOf(question), question.offset).map((span) => printPlace(question, question.path, span)).join("\n");
}

export function printLinks(question: Question): string {
  return linksOf(fileOf(question), question.snapshot.host).map(({ kind, span, path }) => `${kind} ${printPlace(question, question.path, span)} -> ${path}`).join("\n");
}

export function printLenses(question: Question): string {
  return lensesOf(fileOf(question)).map(({ span, title, command, name }) => `${printPlace(question, question.path, span)} ${title}: ${command} ${name}`).join("\n");
}

/** The text after the edits, and how many there are. */
function edited({ snapshot, path }: Question, edits: readonly Edit[] | null): string {
  if (edits === null) return "no edits: the text has mistakes of syntax";
  const text = [...edits].sort((a, b) => b.span.start - a.span.start).reduce((result, { span, text: by }) => result.slice(0, span.start) + by + result.slice(span.end), snapshot.textOf(path));
  return `${edits.length} edits\n${text}`;
}

export const printFormatted = (question: Question): string => edited(question, formattingEdits(question.path, question.snapshot.textOf(question.path)));

export function printRangeFormatted(question: Question): string {
  const { snapshot, path, selection } = question;
  return edited(question, rangeFormattingEdits(path, snapshot.textOf(path), snapshot.linesOf(path), selection));
}

/** `FORMAT-TYPED }`; without an argument a new line was typed. */
export function printTyped(question: Question): string {
  const { snapshot, path, offset, argument } = question;
  return edited(question, typingEdits(path, snapshot.textOf(path), snapshot.linesOf(path), offset, argument === "" ? "\n" : argument));
}

export function printFixes(question: Question): string {
  return fixesAt(question.snapshot, question.path, [question.selection], othersOf(question))
    .map(({ diagnostic, title, edits, isPreferred }) => `${diagnostic.id}: ${title}${isPreferred ? " (preferred)" : ""}\n${edits.map(({ span, text }) => `  ${printPlace(question, question.path, span)} -> ${JSON.stringify(text)}`).join("\n")}`)
    .join("\n");
}

export function printAllFixed(question: Question): string {
  const { snapshot, path } = question;
  const { host } = snapshot;
  return edited(question, allFixes(snapshot, path, (text) => check(path, { ...host, read: (other) => (other === path ? text : host.read(other)) }).diagnostics));
}
