// The message about two sizes that differ whatever the symbols are: both, where the tensors and the symbols come from, and the edit
// that makes them equal where one of them is written in a call.

import type { Note, Fix } from "../../diagnostics/diagnostic.js";
import type { Origin } from "../../source/source.js";
import type { Inspection, Place } from "./inspection.js";
import { printSymbolicType } from "./probe.js";
import { atomsOf, printSize, type Size } from "./size.js";
import type { SymbolicTensor } from "./symbolic-value.js";

export interface Difference {
  readonly origin: Origin;
  readonly layer: string;
  readonly expected: string;
  readonly tensors: readonly SymbolicTensor[];
  readonly sizes: readonly [Size, Size];
}

export function saysDifferent(by: Inspection, place: Place, { origin, layer, expected, tensors, sizes }: Difference): void {
  const found = tensors.map(({ type }) => printSymbolicType(type)).join(" and ");
  by.say("shape-mismatch", origin, { layer, expected, found }, { help: helpFor(sizes), notes: [...operandNotes(origin, tensors), ...by.notes(sizes)], fixes: fixesFor(place, tensors, sizes) });
}

/** What to do about two sizes that always differ. */
export function helpFor([a, b]: readonly [Size, Size]): string {
  return `Make \`${printSize(a)}\` and \`${printSize(b)}\` the same size: they differ in every call.`;
}

export function operandNotes(origin: Origin, tensors: readonly SymbolicTensor[]): readonly Note[] {
  return tensors
    .filter((tensor) => tensor.origin.file !== origin.file || tensor.origin.span.start !== origin.span.start || tensor.origin.span.end !== origin.span.end)
    .slice(0, 4)
    .map((tensor) => ({ origin: tensor.origin, message: `${printSymbolicType(tensor.type)} comes from here.` }));
}

/** The edit that gives a tensor the last size of the other, where an option decides it. */
export function fixesFor(place: Place, tensors: readonly SymbolicTensor[], [a, b]: readonly [Size, Size]): readonly Fix[] {
  const isLast = (tensor: SymbolicTensor, size: Size): boolean => tensor.type.shape[tensor.type.shape.length - 1] === size;
  for (const [index, [own, wanted]] of ([[b, a], [a, b]] as const).entries()) {
    const tensor = tensors[1 - index];
    if (tensor?.sized === undefined || tensor.sized === null || tensor.origin.file !== place.file.path || !isLast(tensor, own) || !canWrite(place, wanted)) continue;
    const text = printSize(wanted);
    return [{ title: `Give \`${tensor.sized.layer}\` the size \`${text}\``, edits: [{ span: tensor.sized.span, text }] }];
  }
  return [];
}

/** Do all names in it stand for the same here? */
export function canWrite(place: Place, size: Size): boolean {
  return [...atomsOf(size)].every((atom) => {
    if (atom.made !== null) return atom.name !== "?";
    const local = place.names.lookup(atom.name);
    const [term] = local?.kind === "number" ? local.size.values() : [];
    return local?.kind === "number" && local.size.size === 1 && term?.n === 1n && term.d === 1n && term.powers.length === 1 && term.powers[0]?.[0] === atom && term.powers[0][1] === 1;
  });
}
