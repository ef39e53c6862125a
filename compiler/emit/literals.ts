// Literals and comments of generated TypeScript. All text of a `.sop` file passes through here (or through names.ts) on its way out.

import { invariant } from "../invariant.js";
import { isIdentifier } from "./names.js";

/** A string literal: JSON, with the separators escaped that end a line in JavaScript. */
export function text(value: string): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/** A number literal that reads back as the same float64. */
export function number(value: number): string {
  invariant(Number.isFinite(value), "a number in a program is finite");
  return Object.is(value, -0) ? "-0" : String(value);
}

export function numbers(values: readonly number[]): string {
  return `[${values.map(number).join(", ")}]`;
}

export function texts(values: readonly string[]): string {
  return `[${values.map(text).join(", ")}]`;
}

/** An object literal in the order given; `undefined` leaves an entry out. */
export function object(entries: readonly (readonly [key: string, value: string | undefined])[]): string {
  const present = entries.filter(([, value]) => value !== undefined).map(([key, value]) => (key === value && key !== "__proto__" ? key : `${propertyKey(key)}: ${value}`));
  return present.length === 0 ? "{}" : `{ ${present.join(", ")} }`;
}

/** A key of an object literal. Written plainly, `__proto__` would set the prototype. */
function propertyKey(key: string): string {
  if (key === "__proto__") return `["__proto__"]`;
  return isIdentifier(key) ? key : text(key);
}

/** An object type: `{ readonly image: sop.Tensor }`; members that may be missing come last. */
export function objectType(keys: readonly string[], type: string, optional: readonly string[] = []): string {
  const name = (key: string): string => (isIdentifier(key) ? key : text(key));
  const members = [...keys.map((key) => `readonly ${name(key)}: ${type}`), ...optional.map((key) => `readonly ${name(key)}?: ${type}`)];
  return members.length === 0 ? "{}" : `{ ${members.join("; ")} }`;
}

/** `input.image`, or `input["two words"]`. */
export function member(object: string, key: string): string {
  return isIdentifier(key) ? `${object}.${key}` : `${object}[${text(key)}]`;
}

/** Text that stands in a block comment without ending it; line ends of all kinds become newlines, other control characters spaces. */
export function commentText(value: string): string {
  return value
    .replace(/\r\n|[\r\u2028\u2029\u0085]/g, "\n")
    .replace(/[\p{Cc}\p{Cs}]/gu, (character) => (character === "\n" ? character : " "))
    .replace(/\*\//g, "*\\/")
    .trim();
}

/** Text that stands on one line of a comment. */
export function commentLine(value: string): string {
  return commentText(value).replace(/\s*\n\s*/g, " ");
}
