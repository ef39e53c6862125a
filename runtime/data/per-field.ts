// Sources with one file or one array for each field: all of them must hold equally many rows.

import { UserError } from "../program/errors.js";
import { fieldType, type Field } from "./field.js";
import type { Numbers, RawColumn, Table } from "./table.js";

/** The values of one field, and how many rows its array has before any are taken. */
export interface FieldArray {
  readonly values: Numbers;
  readonly declared: number;
  /** What messages call the array: `x.npy`. */
  readonly name: string;
}

/** The table of `fields`, the first `take` rows; `read` gives the array of the field in that place. */
export function readPerField(fields: Readonly<Record<string, Field>>, take: number | null, hashes: readonly string[], read: (name: string, declared: Field, position: number) => FieldArray): Table {
  const columns: Record<string, RawColumn> = {};
  const names = new Map<string, string>();
  let rows: { readonly count: number; readonly name: string } | null = null;
  for (const [position, [field, declared]] of Object.entries(fields).entries()) {
    const found = read(field, declared, position);
    if (rows !== null && rows.count !== found.declared) {
      throw new UserError(`\`${found.name}\` holds ${found.declared} rows and \`${rows.name}\` ${rows.count}, expected equally many.`, "Name files that belong together.");
    }
    rows ??= { count: found.declared, name: found.name };
    columns[field] = { kind: "numbers", values: found.values };
    names.set(field, found.name);
  }
  const count = Math.min(rows?.count ?? 0, take ?? Infinity);
  return { rows: count, columns, kept: null, notes: [], hashes, place: (row, field) => `row ${row + 1} of \`${names.get(field) ?? ""}\`` };
}

/** Throws a UserError unless the sizes of a row agree with the field's, up to axes of size 1: `[28, 28]` in the file is `[28, 28, 1]` in the program. */
export function requireShape(sizes: readonly number[], declared: Field, arrayName: string, field: string): void {
  const wide = (shape: readonly number[]): string => shape.filter((size) => size !== 1).join(",");
  if (wide(sizes) === wide(declared.shape)) return;
  const found = declared.dtype === "class" && sizes.length === 0 ? "labels" : `[${sizes.join(", ")}]`;
  throw new UserError(`\`${arrayName}\` has rows of shape ${found}, expected ${fieldType(declared)} for the field \`${field}\`.`, `Correct the type of \`${field}\`, or the order of the files.`);
}
