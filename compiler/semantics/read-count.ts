// Counts and sizes: compile-time values that are whole numbers.

import type { Origin, Span } from "../source/source.js";
import { at, type Env } from "./context.js";
import { ceil, floor, isNum, isWhole, printNum, toNumber, type Num } from "./numbers.js";
import { replacement, type ReportDetails } from "./report.js";
import { describe, type Value } from "./values.js";

/** Offers `floor(...)` and `ceil(...)` around what is not a whole number, where they give at least `least`. */
export function wholeFixes(num: Num, origin: Origin, least = -Infinity) {
  const [below, above] = [floor(num), ceil(num)];
  // What is as short as the number itself is replaced, which also fits where only a number may stand (`overparam 2.5`).
  const isPlain = printNum(num).length === origin.span.end - origin.span.start;
  const wrap = (name: string, result: Num) => isPlain ? replacement(`Write \`${printNum(result)}\``, origin, printNum(result)) : ({
    title: `Write \`${name}(...)\`, which is ${printNum(result)}`,
    edits: [
      { span: { start: origin.span.start, end: origin.span.start }, text: `${name}(` },
      { span: { start: origin.span.end, end: origin.span.end }, text: ")" },
    ],
  });
  const fits = (result: ReturnType<typeof floor>): result is Num => isNum(result) && toNumber(result) >= least;
  return { fixes: [...(fits(below) ? [wrap("floor", below)] : []), ...(fits(above) ? [wrap("ceil", above)] : [])] };
}

/** A value as a whole number of at least `least`, or null where something was reported; `what` says what it is for, `ofRange` helps where it is less. */
export function readCount(env: Env, what: string, value: Value, span: Span, least = 0, ofRange: ReportDetails = {}): number | null {
  if (value.kind === "error") return null;
  if (value.kind !== "number" || value.unit !== null) {
    env.context.report.say("value-type", at(env, span), { what, expected: "a whole number", found: describe(value) });
    return null;
  }
  if (!isWhole(value.value)) {
    const origin = at(env, span);
    env.context.report.say("not-whole", origin, { what, found: printNum(value.value) }, wholeFixes(value.value, origin, least));
    return null;
  }
  const count = toNumber(value.value);
  if (count >= least && count <= Number.MAX_SAFE_INTEGER) return count;
  env.context.report.say("value-range", at(env, span), { what, range: `a whole number of at least ${least}`, found: printNum(value.value) }, ofRange);
  return null;
}
