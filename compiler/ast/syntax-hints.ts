// What to do about mistakes of syntax that people bring along from other languages: by what was expected, what was found, and the
// text around. Relies on the wording of grammar/syntax-messages.ts; where nothing is known of a mistake, nothing is said.

import type { SyntaxProblem } from "../../grammar/problems.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { callOfCall } from "./call-of-call.js";

export interface Hint {
  readonly help?: string;
  readonly fixes?: readonly Fix[];
}

type Unexpected = Extract<SyntaxProblem, { readonly id: "expected-syntax" }>;

/** The hint for something that stands where something else was expected. */
export function hintFor(problem: Unexpected, text: string): Hint {
  const { expected, found, start, end } = problem;
  const replace = (by: string, title: string): readonly Fix[] => [{ title, edits: [{ span: { start, end }, text: by }] }];
  const before = text.slice(0, start).trimEnd();
  if (found === "`=`" && expected === "`:`") return { help: "Write `:` and the type after the name, as in `width: int = 16`." };
  if (found === "`:`" && expected === "`{`") return { help: "Put what belongs to it between braces: `{ ... }`." };
  if (found === "`,`" && expected === "`)`") return { help: "Write several numbers in square brackets: `[3, 3]`." };
  if (found === "`->`" || found === "`|`") return { help: "Write a pipe as `|>`.", fixes: replace("|>", "Write `|>`.") };
  if (found === "`.`") return { help: "Write digits on both sides of the point, as in `0.5`." };
  if (found === "`(`" && (expected === "the end of the line" || expected === "`,` or `)`" || expected === "`)`")) {
    const habit = callOfCall(problem, text);
    if (habit !== null) return habit;
  }
  if (found === "`(`" && expected === "the end of the line") {
    return { help: before.endsWith(")") ? "Give tensors and options in one pair of parentheses, or pipe the tensor in: `x |> dense(10)`." : "Write sizes in square brackets: `f32[28, 28]`." };
  }
  if (expected === "a number of kernels") return { help: "Write a number or a name, as in `overparam 4`, or options in parentheses, as in `overparam(4, mix: uniform)`." };
  if (expected === "a name" && /^`".*"`$/.test(found)) return { help: "Write the name without quotes." };
  if (expected === "`on`") return { help: "Name the data after the model: `train name: Model on data { ... }`." };
  if (expected === "`{`" && /^import$/m.test(before.split("\n").at(-1)?.trim() ?? "")) return { help: 'Write `import { name } from "std/vision"`.' };
  if (expected === "`,` or `)`" && /^`\w/.test(found)) return { help: "Put a comma between two arguments." };
  if (expected === "the end of the line" && /^`\w/.test(found)) return { help: "Put `|>`, an operator or a comma between the two, or begin a new line." };
  return {};
}

/** The hint for a character that has no meaning. */
export function hintForCharacter(place: { readonly start: number; readonly end: number }, text: string): Hint {
  const { start, end } = place;
  const before = text.slice(Math.max(0, start - 100), start);
  const gap = /\d([ \t]+)$/.exec(before)?.[1];
  if (text.slice(start, end) === "%" && gap !== undefined) return { help: "Write the `%` right after its number.", fixes: [{ title: "Remove the space.", edits: [{ span: { start: start - gap.length, end: start }, text: "" }] }] };
  if (text.charAt(start) === "?") return { help: "Write a choice as `if condition then a else b`.", fixes: [] };
  return { fixes: [{ title: "Remove it.", edits: [{ span: { start, end }, text: "" }] }] };
}

const statements: ReadonlyMap<string, string> = new Map([
  ["for", "Write `repeat 3 { ... }`; it is unrolled when the program is compiled."],
  ["while", "Write `repeat 3 { ... }`; it is unrolled when the program is compiled."],
  ["def", "Declare a `block` outside the model, and call it."],
  ["function", "Declare a `block` outside the model, and call it."],
  ["self", "Write `name = ...`: values of a body need no object around them."],
  ["import", "Write imports at the beginning of the file."],
]);

const declarations: ReadonlyMap<string, string> = new Map([
  ["class", "Write `model Name(...) { ... }`, or `block` for a part of one."],
  ["def", "Write `block name(...) { ... }`."],
  ["function", "Write `block name(...) { ... }`."],
  ["from", 'Write `import { name } from "std/vision"`.'],
  ["const", "Write `let name = value`."],
  ["var", "Write `let name = value`."],
]);

/** What to write instead of a word that starts a statement elsewhere; null where nothing is known. */
export function statementHint(word: string, next: string): string | null {
  if (next === ":") return "Write `name = ...` in a body; options stand in parentheses, as in `overparam(4, mix: uniform)`.";
  return statements.get(word) ?? null;
}

/** What to write instead of a word that starts a declaration elsewhere; null where nothing is known. */
export function declarationHint(word: string): string | null {
  return declarations.get(word) ?? null;
}
