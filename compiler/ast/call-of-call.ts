// The call of a call, as frameworks of Python write layers: `dense(2)(x)`. Found in the text around the mistake; looks at little of it, so
// that many mistakes stay cheap.

import type { Fix } from "../diagnostics/diagnostic.js";

/** How much is read on each side; what goes on for longer gets no fix. */
const reach = 500;

interface Place {
  readonly start: number;
  readonly end: number;
}

/** `dense(2)(x)`, with the second `(` at the place: what to write, and a fix where the pipe can stand; null where it is something else. */
export function callOfCall({ start }: Place, text: string): { readonly help: string; readonly fixes: readonly Fix[] } | null {
  const from = Math.max(0, start - reach, text.lastIndexOf("\n", start - 1) + 1);
  const callee = lastCall(text.slice(from, start));
  if (callee === null) return null;
  const operand = firstGroup(text.slice(start, start + reach));
  const isOne = operand !== null && operand !== "" && !/[",=\n]/.test(operand);
  const shown = isOne && callee.length + operand.length <= 60 ? `${operand} |> ${callee}` : "x |> dense(2)";
  // Inside other operators the pipe would need parentheses.
  const stands = /(?:^|[^=!<>])[=(,]\s*$/.test(text.slice(from, start - callee.length));
  const edits = operand === null ? [] : [{ span: { start: start - callee.length, end: start + operand.length + 2 }, text: `${operand} |> ${callee}` }];
  return { help: `Write \`${shown}\`.`, fixes: isOne && stands ? [{ title: `Write \`${shown}\`.`, edits }] : [] };
}

/** The call with which a text ends. */
function lastCall(text: string): string | null {
  if (!text.endsWith(")")) return null;
  let open = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ")") open++;
    else if (text[i] === "(" && --open === 0) {
      const name = /[A-Za-z_][\w.]*$/.exec(text.slice(0, i))?.[0];
      return name === undefined ? null : name + text.slice(i);
    }
  }
  return null;
}

/** What stands in the parentheses with which a text begins. */
function firstGroup(text: string): string | null {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") open++;
    else if (text[i] === ")" && --open === 0) return text.slice(1, i);
  }
  return null;
}
