// Rows as points of a space, by what a model reads of them.

import type { Points } from "../methods/sensitivity-sampling/points.js";
import { UserError } from "../program/errors.js";
import type { Column } from "./load.js";
import { requireMemory } from "./memory.js";

/**
 * Some fields of rows, side by side: numbers as they stand, after the data's transforms; whole numbers below a bound (labels, words, tokens)
 * as the share of each number among those of the field, which of a single one is 1 at its place. `kept`: numbers of rows in the file. Throws a UserError if the points need
 * more memory than there is, or if a number is not finite.
 */
export function embedRows(columns: Readonly<Record<string, Column>>, rows: Int32Array, kept: Int32Array | null): Points {
  const parts = Object.entries(columns);
  const size = parts.reduce((sum, [, column]) => sum + width(column), 0);
  requireMemory(rows.length * size, 0, `The embedding of ${rows.length} rows in ${size} numbers`, "Embed rows by an output of the model with fewer numbers, as `embedding: name`.");
  const values = new Float32Array(rows.length * size);
  let offset = 0;
  for (const [name, column] of parts) {
    for (const [place, row] of rows.entries()) {
      const numbers = column.values.subarray(row * column.size, (row + 1) * column.size);
      const at = place * size + offset;
      if (isCounted(column)) for (const number of numbers) values[at + number] = (values[at + number] ?? 0) + 1 / column.size;
      else {
        values.set(numbers, at);
        const odd = numbers.find((number) => !Number.isFinite(number));
        if (odd !== undefined) throw new UserError(`\`${name}\` of row ${kept?.[row] ?? row + 1} holds ${odd}, which has no place in an embedding.`, "Correct the data, or leave the row out.");
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
