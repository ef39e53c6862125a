// Sequences whose positions meet in a model or a loss must be equally long in each row: what the compiler cannot know is checked when rows are read.

import { UserError } from "../program/errors.js";
import { lengthName } from "./field.js";
import type { LoadedRows } from "./load.js";

/** Checks pairs of fields, as far as both are among the rows. */
export function requireAligned(pairs: readonly (readonly [string, string])[], { columns, place }: Pick<LoadedRows, "columns" | "place">): void {
  for (const [one, other] of pairs) {
    const lengths = columns[lengthName(one)]?.values;
    const others = columns[lengthName(other)]?.values;
    if (lengths === undefined || others === undefined) continue;
    const row = lengths.findIndex((length, index) => length !== others[index]);
    if (row < 0) continue;
    const where = place(row, one);
    throw new UserError(`${where.charAt(0).toUpperCase()}${where.slice(1)} has ${items(lengths[row])} and \`${other}\` ${items(others[row])}; their positions meet, expected equally many.`, "Correct the row.");
  }
}

const items = (count: number | undefined): string => (count === 1 ? "1 item" : `${count ?? 0} items`);
