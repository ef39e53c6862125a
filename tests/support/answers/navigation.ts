// Prints where a name leads: to its declaration, to what it is made by, to all places that stand for it, to who calls it.

import { incomingCalls, outgoingCalls, prepareCalls, type Calls } from "../../../compiler/services/call-hierarchy.js";
import { definition, typeDefinition, type Target } from "../../../compiler/services/definition.js";
import { highlights, references } from "../../../compiler/services/references.js";
import { printPlace, type Question } from "../service-cases.js";

export function printDefinition(question: Question): string {
  return printTargets(question, definition(question.snapshot, question));
}

export function printTypeDefinition(question: Question): string {
  return printTargets(question, typeDefinition(question.snapshot, question));
}

function printTargets(question: Question, targets: readonly Target[]): string {
  const lines = targets.map(({ from, file, span, extent }) => `${printPlace(question, question.path, from)} -> ${printPlace(question, file, span)} in ${printPlace(question, file, extent)}`);
  return lines.length === 0 ? "none" : lines.join("\n");
}

export function printReferences(question: Question): string {
  const all = references(question.snapshot, question, { declaration: true });
  const others = references(question.snapshot, question, { declaration: false });
  const lines = all.map(({ file, span, role }) => `${printPlace(question, file, span)} ${role}`);
  return [...lines, `${others.length} without the declaration`].join("\n");
}

export function printHighlights(question: Question): string {
  const found = highlights(question.snapshot, question).map(({ span, kind }) => `${printPlace(question, question.path, span)} ${kind}`);
  return found.length === 0 ? "none" : found.join("\n");
}

export function printCalls(question: Question): string {
  const items = prepareCalls(question.snapshot, question);
  return items.length === 0 ? "none" : items.map((item) => {
    const place = { path: item.file, offset: item.span.start };
    const title = `${item.kind} ${item.name} ${item.detail}`.trim();
    const lines = (arrow: string, calls: readonly Calls[], fileOf: (each: Calls) => string): readonly string[] =>
      calls.map((each) => `${arrow} ${each.item.kind} ${each.item.name}: ${each.ranges.map((range) => printPlace(question, fileOf(each), range)).join(", ")}`);
    return [title, ...lines("called by", incomingCalls(question.snapshot, place), (each) => each.item.file), ...lines("calls", outgoingCalls(question.snapshot, place), () => item.file)].join("\n");
  }).join("\n");
}
