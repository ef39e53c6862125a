// Prints what a rename would do: what can be renamed, and each edit; or why not.

import { prepareRename, rename } from "../../../compiler/services/rename.js";
import { printPlace, type Question } from "../service-cases.js";

export function printRename(question: Question): string {
  const { snapshot, argument } = question;
  const prepared = prepareRename(snapshot, question);
  if ("refused" in prepared) return `refused: ${prepared.refused}`;
  const renaming = rename(snapshot, question, argument);
  if ("refused" in renaming) return `${prepared.name}: refused: ${renaming.refused}`;
  const edits = [...renaming.edits].flatMap(([file, each]) => each.map(({ span, text }) => `${printPlace(question, file, span)} -> ${JSON.stringify(text)}`));
  return [printPlace(question, question.path, prepared.span), ...edits, ...(renaming.note === null ? [] : [renaming.note])].join("\n");
}
