// What a number with a suffix or a unit means.

import type { NumberLiteral } from "../../ast/ast.js";
import { isNum, parseNumber, printNum, toNumber } from "../../semantics/numbers.js";

/** null: there is nothing to say that the digits do not say. */
export function numberMarkdown({ text, suffix, unit }: NumberLiteral): string | null {
  const value = parseNumber(text, suffix);
  if (!isNum(value)) return null;
  const written = `${text}${suffix ?? ""}${unit === null ? "" : ` ${unit.text}`}`;
  const plain = Number.isInteger(toNumber(value)) ? toNumber(value).toLocaleString("en-US") : printNum(value);
  if (suffix === "%") return `\`${written}\` is ${plain}; as a length, that share of the whole run.`;
  if (suffix?.endsWith("B") === true) return `\`${written}\` is ${plain} bytes: K, M and G count in thousands.`;
  if (suffix !== null) return `\`${written}\` is ${plain}.`;
  if (unit?.text === "steps") return `${plain} steps of the optimizer.`;
  if (unit?.text === "epochs") return `${plain} passes over the training split.`;
  return /[_eE]/.test(text) ? `\`${written}\` is ${plain}.` : null;
}
