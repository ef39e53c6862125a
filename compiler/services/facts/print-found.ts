// What was found at a place, as a program would write it. Values of several looks at one body (other options, other turns of a `repeat`)
// are brought into one text where they are alike but for some sizes.

import { printNum } from "../../semantics/numbers.js";
import type { Found } from "../../semantics/observed.js";
import { printSymbolicType } from "../../semantics/sizes/probe.js";
import { printSize } from "../../semantics/sizes/size.js";
import { printType, type TensorType } from "../../semantics/types.js";
import { describe } from "../../semantics/values.js";

/** `f32[28, 28, 1]`, `2 * d`, `10%`, `[1, 2]`. */
export function printFound(found: Found): string {
  switch (found.kind) {
    case "tensor":
      return printType(found.type);
    case "symbolic":
      return printSymbolicType(found.type);
    case "size":
      return printSize(found.size);
    case "number":
      return found.unit === null ? printNum(found.value) : describe(found);
    case "boolean":
      return String(found.value);
    case "word":
      return found.word;
    case "string":
      return JSON.stringify(found.value);
    case "list":
      return `[${found.items.map(printFound).join(", ")}]`;
    case "layer":
      return found.name;
    case "tuple":
      return found.values.map((value) => (value === null ? "?" : printFound(value))).join(", ");
  }
}

/** All in one text: `f32[32 | 64]` where they differ in sizes only; null where there is none. */
export function printTogether(all: readonly Found[]): string | null {
  const texts = [...new Set(all.map(printFound))];
  if (texts.length < 2) return texts[0] ?? null;
  const tuples = all.flatMap((found) => (found.kind === "tuple" && !found.values.includes(null) ? [found.values.flatMap((value) => value ?? [])] : []));
  const count = tuples[0]?.length;
  if (tuples.length === all.length && count !== undefined && tuples.every(({ length }) => length === count)) return Array.from({ length: count }, (_, i) => printTogether(tuples.flatMap((values) => values[i] ?? [])) ?? "?").join(", ");
  const types = all.flatMap((found) => (found.kind === "tensor" ? [found.type] : []));
  const [first] = types;
  if (first !== undefined && types.length === all.length && types.every((type) => isAlike(type, first))) {
    const sizes = first.shape.map((_, axis) => oneOf(types.map(({ shape }) => shape[axis] ?? 0)));
    return `${first.dtype}[${first.ragged === undefined ? "" : ".."}${sizes.join(", ")}]`;
  }
  const numbers = all.flatMap((found) => (found.kind === "number" && found.unit === null && found.value.kind === "exact" && found.value.d === 1n ? [Number(found.value.n)] : []));
  if (numbers.length === all.length) return oneOf(numbers);
  return texts.length > 3 ? `${texts.slice(0, 3).join(" or ")}, ...` : texts.join(" or ");
}

/** `32`, `32 | 64`, `8 to 64`. */
function oneOf(sizes: readonly number[]): string {
  const distinct = [...new Set(sizes)].sort((a, b) => a - b);
  return distinct.length > 3 ? `${distinct[0] ?? 0} to ${distinct.at(-1) ?? 0}` : distinct.join(" | ");
}

function isAlike(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && a.shape.length === b.shape.length && (a.ragged === undefined) === (b.ragged === undefined);
}
