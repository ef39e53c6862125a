// Pieces of a program side by side: are they the same but for whole numbers that count, `8, 16, 24` or `8, 16, 32`?

import type { NumberLiteral } from "../../ast/ast.js";
import { children, type Node } from "../../ast/visit.js";
import type { Edit } from "../formatting.js";

/** Edits of the first turn that make it any turn, with the counter's name in the place of numbers; none where all are equal, null where they are not alike. */
export function countings(turns: readonly (readonly Node[])[], counter: string): readonly Edit[] | null {
  const [first = [], ...others] = turns;
  const found = new Map<NumberLiteral, { readonly values: number[]; readonly parent: Node | undefined }>();
  const pairs = others.map((other) => differences(first, other));
  if (pairs.some((pair) => pair === null)) return null;
  const varying = new Map(pairs.flatMap((pair) => (pair ?? []).map(({ from, parent }) => [from, parent] as const)));
  for (const [from, parent] of varying) found.set(from, { values: [Number(from.text.replaceAll("_", ""))], parent });
  for (const pair of pairs) {
    for (const [from, { values }] of found) {
      const to = pair?.find((each) => each.from === from)?.to ?? from;
      values.push(Number(to.text.replaceAll("_", "")));
    }
  }
  const edits: Edit[] = [];
  for (const [{ span }, { values, parent }] of found) {
    const text = progression(values, counter);
    if (text === null) return null;
    const isAlone = /^\w+$/.test(text) || parent?.kind === "argument" || parent?.kind === "list" || parent?.kind === "bind";
    edits.push({ span, text: isAlone ? text : `(${text})` });
  }
  return edits;
}

/** May two pieces be turns of one `repeat`? */
export function areAlike(a: Node, b: Node): boolean {
  return differences([a], [b]) !== null;
}

interface Difference {
  readonly from: NumberLiteral;
  readonly to: NumberLiteral;
  readonly parent: Node | undefined;
}

/** Whole numbers in which two pieces differ; null where they differ in more. */
function differences(a: readonly Node[], b: readonly Node[], parent?: Node): readonly Difference[] | null {
  if (a.length !== b.length) return null;
  const found: Difference[] = [];
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined || left.kind !== right.kind || !isAlike(left, right)) {
      if (left.kind !== "number" || right?.kind !== "number" || !isWhole(left) || !isWhole(right)) return null;
      found.push({ from: left, to: right, parent });
      continue;
    }
    const inner = differences(children(left), children(right), left);
    if (inner === null) return null;
    found.push(...inner);
  }
  return found;
}

function isWhole({ text, suffix, unit }: NumberLiteral): boolean {
  return suffix === null && unit === null && /^\d[\d_]*$/.test(text);
}

/** Is what they have beside their parts the same, and which parts are there? */
function isAlike(a: Node, b: Node): boolean {
  const [left, right] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return left.every(([key, value]) => {
    const other = right.get(key);
    if (key === "span" || key === "doc") return true;
    if (Array.isArray(value)) return Array.isArray(other) && value.length === other.length;
    return typeof value === "object" && value !== null ? typeof other === "object" && other !== null && !Array.isArray(other) : value === other;
  });
}

/** `2 * (i + 1)` for 2, 4, 6; `8 * 2 ** i` for 8, 16, 32; null where no such rule gives the numbers. */
function progression(values: readonly number[], counter: string): string | null {
  const [first = 0, second = 0] = values;
  // Any two numbers would count.
  if (values.length < 3) return null;
  const step = second - first;
  if (values.every((value, i) => value === first + step * i)) {
    if (first === 0) return step === 1 ? counter : `${step} * ${counter}`;
    if (step === 1) return `${counter} + ${first}`;
    if (step === first) return `${step} * (${counter} + 1)`;
    return step > 0 ? `${first} + ${step} * ${counter}` : `${first} - ${-step} * ${counter}`;
  }
  const factor = second / first;
  if (first < 1 || !Number.isInteger(factor) || !values.every((value, i) => value === first * factor ** i)) return null;
  return first === 1 ? `${factor} ** ${counter}` : `${first} * ${factor} ** ${counter}`;
}
