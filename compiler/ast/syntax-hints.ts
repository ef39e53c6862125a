// What to do about mistakes of syntax that people bring along from other languages: by what was expected, what was found, and the
// text around. Relies on the wording of grammar/syntax-messages.ts; where nothing is known of a mistake, nothing is said.

import type { SyntaxProblem } from "../../grammar/problems.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type { Span } from "../source/source.js";
import { callOfCall } from "./call-of-call.js";
import { fuseHint, fuseWordHint, placeOfFuse } from "./fuse-hints.js";

export interface Hint {
  readonly help?: string;
  readonly fixes?: readonly Fix[];
}

type Unexpected = Extract<SyntaxProblem, { readonly id: "expected-syntax" }>;

/** What a hint goes by: the problem, and the text of its line before and behind it. */
interface Place {
  readonly problem: Unexpected;
  readonly text: string;
  /** The text up to the problem, without blanks at its end. */
  readonly before: string;
  /** The same, of the problem's line alone, without blanks at its beginning. */
  readonly line: string;
}

/** The hint for something that stands where something else was expected. */
export function hintFor(problem: Unexpected, text: string): Hint {
  const before = text.slice(0, problem.start).trimEnd();
  const place: Place = { problem, text, before, line: text.slice(text.lastIndexOf("\n", problem.start - 1) + 1, problem.start).trim() };
  return fuseHint(problem, text) ?? annotationHint(place) ?? wordHint(place) ?? headHint(place) ?? callHint(place) ?? lineHint(place) ?? {};
}

/** A fix that replaces what was found, or the text from another place up to its end. */
function replace({ problem: { start, end } }: Place, by: string, title = `Write \`${by}\`.`, from = start): readonly Fix[] {
  return [{ title, edits: [{ span: { start: from, end }, text: by }] }];
}

const behindCall = "Write it behind the call of a layer, block or model: `x |> dense(10) overparam 4`.";

// `overparam` and `frozen` in places of other languages' decorators and options.
function annotationHint(place: Place): Hint | null {
  const { problem, text, before, line } = place;
  const { expected, found, start } = problem;
  if (expected === "a number of kernels") return { help: "Write a number or a name, as in `overparam 4`, or options in parentheses, as in `overparam(4, mix: uniform)`." };
  if (/^`over_?param\w*`$/i.test(found) && found !== "`overparam`") return { help: "Did you mean `overparam`?", fixes: replace(place, "overparam") };
  if (/\bfrozen$/.test(before) && found === "`(`") {
    const isEmpty = text.startsWith("()", start);
    return { help: "Remove the parentheses: `frozen` has no options.", fixes: isEmpty ? [{ title: "Remove `()`.", edits: [{ span: { start, end: start + 2 }, text: "" }] }] : [] };
  }
  if (found !== "`overparam`" && found !== "`frozen`") return null;
  if (before.endsWith("|>")) return { help: behindCall, fixes: [{ title: "Remove `|>`.", edits: [{ span: { start: before.length - 2, end: start }, text: "" }] }] };
  if (/^train\b/.test(line)) return { help: "Write it behind the model: `train name: Model overparam 4 on data { ... }`." };
  return { help: behindCall };
}

const units: ReadonlySet<string> = new Set(["step", "epoch"]);

// Words and signs that another language has.
function wordHint(place: Place): Hint | null {
  const { problem, before, line } = place;
  const { expected, found, start } = problem;
  const word = found.slice(1, -1);
  const isAfter = expected === "the end of the line" || expected === "`,` or `)`" || expected === "`{`";
  if (/\d$/.test(before) && units.has(word)) return { help: `Units are \`steps\` and \`epochs\`: write \`${word}s\`.`, fixes: replace(place, `${word}s`) };
  if (/\d$/.test(before) && /^(?:%|[KMG]B?)$/.test(word) && start > before.length)
    return { help: `Write \`${word}\` right after its number.`, fixes: [{ title: "Remove the space.", edits: [{ span: { start: before.length, end: start }, text: "" }] }] };
  if (found === "`if`" && isAfter) return { help: "Write a choice as `if condition then a else b`." };
  if (/\blambda$/.test(before)) return { help: "Declare a `block` outside the model, and call it." };
  if (found === "`in`" && /^repeat\b/.test(line)) return { help: "Write `repeat 3 as i { ... }`." };
  if (found === "`[`" && isAfter) {
    if (/\.(?:shape|size)$/.test(before)) return { help: "Write the number, or name the sizes in the signature of a block: `x: f32[n, d]`." };
    return { help: "Take a part with `first`, `last` or `slice`: `x |> slice(0, 8, axis: 0)`." };
  }
  if (found === "`>`" && /[^>]>$/.test(before) && expected === "a value") return { help: "Write a pipe as `|>`.", fixes: replace(place, "|>", "Write `|>`.", before.length - 1) };
  if (found === "`->`" && /^model\b/.test(line)) return { help: "Declare results in the body, with `output`; only a block has `->`." };
  if (found === "`->`" || found === "`|`") return { help: "Write a pipe as `|>`.", fixes: replace(place, "|>") };
  if (found !== "`.`") return null;
  return /\d$/.test(before) ? { help: "Write digits on both sides of the point, as in `0.5`." } : { help: "Name the results first: `a, b = x |> Model`." };
}

// Heads of declarations, statements and parameters.
function headHint(place: Place): Hint | null {
  const { problem, text, line } = place;
  const { expected, found, start } = problem;
  const [first = ""] = /^\w*/.exec(line) ?? [];
  if (expected === "`{`" && first === "import") return { help: 'Write `import { name } from "std/vision"`.' };
  if (first === "train") {
    if (expected === "`:`") return { help: "Name the run and its model: `train name: Model on data { ... }`.", fixes: found === "`=`" ? replace(place, ":") : [] };
    if (expected === "`{`" && found === "`(`") return { help: "Declare the data before it, `data name = csv(...) { ... }`, and write `on name`." };
    if (expected === "`on`") return { help: "Name the data after the model: `train name: Model on data { ... }`." };
  }
  if (expected === "`{`" && found === "`:`") return { help: "Put what belongs to it between braces: `{ ... }`." };
  if (expected === "`{`" && first === "model" && (found === "`=`" || found === "`fuse`") && !/^=\s*\{/.test(text.slice(start, start + 100))) return { help: standsForAnother(line) };
  // What has a body all the same; an expression in its place needs more than that.
  if (expected === "`{`" && found === "`=`") return /^=\s*\{/.test(text.slice(start, start + 100)) ? { help: "Remove `=`.", fixes: replace(place, "", "Remove `=`.") } : { help: "Put what belongs to it between braces: `{ ... }`." };
  if (expected === "`:`" && (found === "`=`" || found === "`,`" || found === "`)`")) return { help: "Write `:` and the type after the name, as in `width: int = 16` or `x: f32[n, d]`." };
  if (expected === "`=`" && first === "layer" && found === "`(`") return { help: "Give it a name: `layer name = dense(64)`." };
  if (expected === "`=`" && found === "`:`") return { help: "Write `=` after the name.", fixes: replace(place, "=", "Write `=`.") };
  if (lacksColon(problem, text)) return { help: "Write `:` between the name and its type.", fixes: [{ title: "Write `:`.", edits: [{ span: { start: place.before.length, end: place.before.length }, text: ":" }] }] };
  if (expected === "`=`" && /^`[a-zA-Z_"]/.test(found)) return { help: "Write `=` after the name.", fixes: [{ title: "Write `=`.", edits: [{ span: { start, end: start }, text: "= " }] }] };
  if (expected === "a type" && (found === "`[`" || found === "`(`")) {
    const [sizes, inner = ""] = /^[[(]([\w ,]*)[\])]/.exec(text.slice(start, start + 100)) ?? [];
    const fixes = sizes === undefined ? [] : [{ title: "Write `f32[...]`.", edits: [{ span: { start, end: start + sizes.length }, text: `f32[${inner}]` }] }];
    return { help: "Write the dtype before the sizes in square brackets: `f32[28, 28, 1]`.", fixes };
  }
  return null;
}

/** Does a type stand right behind the name that it is of? A result may have none, so that the grammar expects its `=`. */
export function lacksColon({ expected, found, start }: Unexpected, text: string): boolean {
  const before = text.slice(Math.max(text.lastIndexOf("\n", start - 1) + 1, start - 100), start);
  return /^`(?:f32|i32|bool|class|int|float|string)`$/.test(found) && /\w[ \t]+$/.test(before) && (expected === "`:`" || (expected === "`=`" && /^\s*output\b/.test(before)));
}

/** What to do about the head of a model that another one, or its sources, stand for. */
function standsForAnother(line: string): string {
  if (/^model\s+\w+\s*\(/.test(line)) return "Remove the parentheses behind the name: a model that stands for another has no parameters.";
  return "Write annotations behind the model that it stands for: `model Name = Model(...) overparam 4`.";
}

// Arguments of calls, and what follows them.
function callHint(place: Place): Hint | null {
  const { problem, text, before } = place;
  const { expected, found, start } = problem;
  if (found === "`,`" && expected === "`)`") return { help: "Write several numbers in square brackets: `[3, 3]`." };
  if (found === "`(`" && (expected === "the end of the line" || expected === "`,` or `)`" || expected === "`)`")) {
    const habit = callOfCall(problem, text);
    if (habit !== null) return habit;
  }
  if (found === "`(`" && expected === "the end of the line")
    return { help: before.endsWith(")") ? "Give tensors and options in one pair of parentheses, or pipe the tensor in: `x |> dense(10)`." : "Write sizes in square brackets: `f32[28, 28]`." };
  if (expected === "`,` or `)`" && /^`[\d"]/.test(found)) {
    const letter = /(?<![\w.])[fbru]$/i.exec(before);
    if (found.startsWith('`"') && letter !== null && before.length === start)
      return { help: "Write the text without a letter before it: nothing is put into it.", fixes: [{ title: "Remove the letter.", edits: [{ span: { start: start - 1, end: start }, text: "" }] }] };
    if (/[(,]\s*[a-z_]\w*$/.test(before)) return { help: "Options are written `name: value`.", fixes: [{ title: "Write `:`.", edits: [{ span: { start: before.length, end: before.length }, text: ":" }] }] };
  }
  return expected === "`,` or `)`" && /^`[\w"]/.test(found) ? { help: "Put a comma between two arguments." } : null;
}

// Ends of lines, and what stands after `|>`.
function lineHint(place: Place): Hint | null {
  const { problem, before, line } = place;
  const { expected, found } = problem;
  if (before.endsWith("|>") && found === "`[`") return { help: "Pipe one layer after the other: `x |> dense(8) |> relu`." };
  if (before.endsWith("|>") && found === "the end of the line") return { help: "Write a call after `|>`, such as `relu`, or remove the `|>`." };
  if (expected === "a name" && /^`".*"`$/.test(found)) return { help: "Write the name without quotes." };
  if (expected === "a string" && /^assert\b/.test(line)) return { help: "Write the message in double quotes." };
  if (found === "`=`" && /^assert\b/.test(line)) return { help: "A condition compares with `==`.", fixes: replace(place, "==") };
  return expected === "the end of the line" && /^`\w/.test(found) ? { help: "Put `|>`, an operator or a comma between the two, or begin a new line." } : null;
}

/** The hint for a character that has no meaning. */
export function hintForCharacter(place: { readonly start: number; readonly end: number }, text: string): Hint {
  const { start, end } = place;
  const before = text.slice(Math.max(0, start - 100), start);
  const gap = /\d([ \t]+)$/.exec(before)?.[1];
  const character = text.slice(start, end);
  if (character === "%" && /^[ \t]*[\w(]/.test(text.slice(end, end + 20)) && /[\w)][ \t]*$/.test(before)) return { help: "There is no remainder: write `a - b * floor(a / b)`.", fixes: [] };
  if (character === "@") return { help: "Write a product of matrices as `matmul(a, b)`.", fixes: [] };
  if (character === "?" && /[[,]\s*$/.test(before)) return { help: "Leave out the batch: shapes are those of one example.", fixes: [] };
  if (character === "%" && gap !== undefined) return { help: "Write the `%` right after its number.", fixes: [{ title: "Remove the space.", edits: [{ span: { start: start - gap.length, end: start }, text: "" }] }] };
  if (character === "?") return { help: "Write a choice as `if condition then a else b`.", fixes: [] };
  // Without them another name would be left.
  if (/[\p{L}\p{M}\p{N}]/u.test(character)) return { help: "Names are made of the letters `a` to `z` and `A` to `Z`, digits and `_`.", fixes: [] };
  return { fixes: [{ title: "Remove it.", edits: [{ span: { start, end }, text: "" }] }] };
}

/** The hint for digits and letters that are no number. */
export function hintForNumber(text: string, span: Span): Hint {
  const write = (by: string): readonly Fix[] => [{ title: `Write \`${by}\`.`, edits: [{ span, text: by }] }];
  if (/^\d+(?:x\d+)+$/i.test(text) && !/^0x/i.test(text)) return { help: "Part sizes by commas: `28, 28, 1`.", fixes: write(text.split(/x/i).join(", ")) };
  if (/^[\d_]+(?:\.\d+)?[kmg]b?$/i.test(text)) return { help: "Write suffixes in capital letters: `1K`, `1MB`.", fixes: write(text.toUpperCase()) };
  return {};
}

/** The hint for a bracket that closes nothing: the one that it lacks where a type shows it, or to go where it surely is one too many. */
export function hintForSurplus(bracket: string, span: Span, text: string): Hint {
  const line = text.slice(Math.max(text.lastIndexOf("\n", span.start - 1) + 1, span.start - 100), span.start);
  const sizes = bracket === "]" ? /\b(?:f32|i32|bool|class)(?=([ \t]+|(?=\d))\w+(?:,[ \t]*\w+)*$)/.exec(line) : null;
  if (sizes !== null) {
    const start = span.start - line.length + sizes.index + sizes[0].length;
    return { help: "Write `[` before the sizes.", fixes: [{ title: "Write `[`.", edits: [{ span: { start, end: start + (sizes[1] ?? "").length }, text: "[" }] }] };
  }
  const isSure = bracket === "}" || line.trim() === "" || line.trimEnd().endsWith(bracket);
  return isSure ? { fixes: [{ title: `Remove \`${bracket}\`.`, edits: [{ span, text: "" }] }] } : {};
}

/** The hint for a string without closing quote; a fix where nothing but the string can stand before its end. */
export function hintForString({ start, end }: Span, text: string): Hint {
  const content = text.slice(start + 1, end);
  const isClear = /(?:^|[\s(\[,:=])$/.test(text.slice(Math.max(0, start - 1), start)) && /^(?!.*(?:\s\/\/|\|>))[^\s"\\,()[\]{}=](?:[^"\\,()[\]{}=]*[^"\\,()[\]{}=\s])?$/.test(content);
  if (!isClear) return {};
  const opening = text.charAt(start) === '"' ? [] : [{ span: { start, end: start + 1 }, text: '"' }];
  return { fixes: [{ title: "Close it with `\"`.", edits: [...opening, { span: { start: end, end }, text: '"' }] }] };
}

/** The hint for an annotation that is written as an option or assigned to, and for a word as an option of `fuse from`; null for another reserved word. */
export function hintForReserved(word: string, span: Span, text: string): Hint | null {
  if (word !== "overparam" && word !== "frozen") return fuseWordHint(span, text);
  const sign = /^\s*([:=])\s*/.exec(text.slice(span.end, span.end + 50));
  if (sign === null) return null;
  const isOption = /[(,]\s*$/.test(text.slice(Math.max(0, span.start - 50), span.start));
  if (isOption) return { help: `Write it behind the call, not among its options: \`dense(10) ${word === "frozen" ? word : "overparam 4"}\`.` };
  return { help: `Write it without \`${sign[1] ?? ""}\`: \`${word === "frozen" ? word : "overparam 4"}\`.`, fixes: word === "frozen" ? [] : [{ title: "Write it without the sign.", edits: [{ span: { start: span.end, end: span.end + sign[0].length }, text: " " }] }] };
}

/** Does a comment hide the bracket that is missing, as in `dense(28 // 3)`? `rest` begins where the bracket is missing. */
export function hidesBracket(close: string, rest: string): boolean {
  const comment = /^[ \t]*\/\/(?!\/)[ \t]*[\w(][^\n]*/.exec(rest)?.[0] ?? "";
  return /^[ \t]*\/\/[ \t]*\d/.test(comment) && comment.includes(close);
}

const statements: ReadonlyMap<string, string> = new Map([
  ["for", "Write `repeat 3 { ... }`; it is unrolled when the program is compiled."],
  ["while", "Write `repeat 3 { ... }`; it is unrolled when the program is compiled."],
  ["def", "Declare a `block` outside the model, and call it."],
  ["function", "Declare a `block` outside the model, and call it."],
  ["self", "Write `name = ...`: values of a body need no object around them."],
  ["fuse", placeOfFuse],
  ["import", "Write imports at the beginning of the file."],
]);

/** Words of declarations in other languages, and ours. */
export const foreignDeclarations: ReadonlyMap<string, string> = new Map([["dataset", "data"], ["datasets", "data"], ["network", "model"], ["net", "model"], ["module", "model"], ["layer", "block"], ["config", "recipe"], ["settings", "recipe"], ["run", "train"], ["fit", "train"], ["trainer", "train"], ["training", "train"]]);

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
