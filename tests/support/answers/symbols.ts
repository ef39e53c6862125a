// Prints outlines, lists of names, and what each name is colored as.

import { semanticTokenLegend, semanticTokens } from "../../../compiler/services/semantic-tokens.js";
import { documentSymbols, workspaceSymbols, type OutlineEntry } from "../../../compiler/services/symbols.js";
import { printPlace, type Question } from "../service-cases.js";

export function printOutline(question: Question): string {
  const lines = (entries: readonly OutlineEntry[], indent: string): readonly string[] =>
    entries.flatMap(({ kind, name, detail, span, extent, children }) => {
      if (span.start < extent.start || span.end > extent.end) throw new Error(`the name \`${name}\` lies outside of what it names`);
      return [`${indent}${kind} ${name} ${detail}`.trimEnd() + ` @ ${printPlace(question, question.path, extent).split(" ")[0]}`, ...lines(children, `${indent}  `)];
    });
  return lines(documentSymbols(question.snapshot, question.path), "").join("\n");
}

export function printFound(question: Question): string {
  const found = workspaceSymbols(question.snapshot, question.argument).map(({ kind, name, container, file, span }) => `${kind} ${name}${container === null ? "" : ` in ${container}`} ${printPlace(question, file, span)}`);
  return found.length === 0 ? "none" : found.join("\n");
}

export function printTokens(question: Question): string {
  const { snapshot, path, selection } = question;
  const tokens = semanticTokens(snapshot, path, selection.end > selection.start ? selection : null);
  return tokens
    .map(({ start, length, type, modifiers }) => {
      if (!semanticTokenLegend.types.includes(type) || modifiers.some((modifier) => !semanticTokenLegend.modifiers.includes(modifier))) throw new Error(`the legend lacks ${type} ${modifiers.join(" ")}`);
      return [printPlace(question, path, { start, end: start + length }), type, ...modifiers].join(" ");
    })
    .join("\n");
}
