// Rows as points of a space, by what a model reads of them.

import type { Points } from "../methods/sensitivity-sampling/points.js";
import { UserError } from "../program/errors.js";
import { lengthName } from "./field.js";
import type { Column, LoadedDataset } from "./load.js";
import { requireMemory } from "./memory.js";

/**
 * Some fields of rows, side by side: numbers as they stand, after the data's transforms; whole numbers below a bound (labels, words, tokens)
 * as the share of each number among those of the field, which of a single one is 1 at its place. Of sequences of unequal length real positions
 * count, and their lengths are no numbers of their own. Throws a UserError if the points need more memory than there is, or if a number is not finite.
 */
export function embedRows(columns: Readonly<Record<string, Column>>, rows: Int32Array, place: LoadedDataset["place"]): Points {
  const lengthNames = new Set(Object.keys(columns).map(lengthName));
  const parts = Object.entries(columns).filter(([name]) => !lengthNames.has(name));
  const size = parts.reduce((sum, [, column]) => sum + width(column), 0);
  requireMemory(rows.length * size, 0, `The embedding of ${rows.length} rows in ${size} numbers`, "Embed rows by an output of the model with fewer numbers, as `embedding: name`.");
  const values = new Float32Array(rows.length * size);
  let offset = 0;
  for (const [name, column] of parts) {
    const lengths = columns[lengthName(name)]?.values;
    const perPosition = column.size / (column.field.shape[0] ?? 1);
    for (const [at, row] of rows.entries()) {
      const real = lengths === undefined ? column.size : (lengths[row] ?? 0) * perPosition;
      const numbers = column.values.subarray(row * column.size, row * column.size + real);
      const from = at * size + offset;
      if (isCounted(column)) for (const number of numbers) values[from + number] = (values[from + number] ?? 0) + 1 / real;
      else {
        values.set(numbers, from);
        const odd = numbers.find((number) => !Number.isFinite(number));
        if (odd === undefined) continue;
        const where = place(row, name);
        throw new UserError(`${where.charAt(0).toUpperCase()}${where.slice(1)} holds ${odd}, which has no place in an embedding.`, "Correct the data, or leave the row out.");
      }
    }
    offset += width(column);
  }
  return { values, count: rows.length, size };
}

function width(column: Column): number {
  return isCounted(column) ? (column.field.below ?? 0) : column.size;
}

function isCounted({ field }: Column): boolean {
  return field.below !== null && field.dtype !== "f32" && field.dtype !== "bool";
}
