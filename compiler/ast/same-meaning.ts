// Equality of syntax trees but for spans and comments; docs count.

import type { Program } from "./ast.js";

/** Do two programs say the same? */
export function sameMeaning(a: Program, b: Program): boolean {
  return isSame(a, b);
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a).filter((key) => key !== "span" && key !== "comments");
  return keys.every((key) => isSame(a[key], b[key]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
