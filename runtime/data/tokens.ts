// Words and characters become numbers: the vocabulary is that of the training split, and what stands in no training row has a number of its own
// where one is left.

import { UserError } from "../program/errors.js";
import { fieldType, type Field } from "./field.js";
import type { Words } from "./table.js";

/** A column of words whose numbers are wanted. */
export interface TokenColumn {
  readonly name: string;
  readonly declared: Field;
  readonly words: Words;
  /** Elements per row. */
  readonly size: number;
}

/**
 * The vocabulary of columns that share one: the distinct words of the training rows, in order of their code points. Of a column's own words, where
 * there are more than the type has room for, the most frequent are kept and one number is left for all others; a text must have room for all
 * of its characters.
 */
export function fitTokens(columns: readonly TokenColumn[], rows: Int32Array): readonly string[] {
  const [first] = columns;
  if (first === undefined) return [];
  const counts = new Float64Array(first.words.words.length);
  for (const { words, size } of columns) {
    for (const row of rows) {
      for (let at = row * size; at < (row + 1) * size; at++) {
        const index = words.indices[at] ?? 0;
        // Padding is no word.
        if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
      }
    }
  }
  const seen = first.words.words.map((word, index) => ({ word, count: counts[index] ?? 0 })).filter(({ count }) => count > 0);
  const below = Math.min(...columns.map(({ declared }) => declared.below ?? Infinity));
  const kept = seen.length <= below || first.words.group !== undefined ? seen : [...seen].sort((a, b) => b.count - a.count || byPoints(a.word, b.word)).slice(0, below - 1);
  if (kept.length > below) {
    throw new UserError(`The training rows of \`${first.name}\` hold ${kept.length} different characters, expected at most ${below}.`, `Write \`below ${kept.length}\` or more, here and where the model takes \`${first.name}\`.`);
  }
  return kept.map(({ word }) => word).sort(byPoints);
}

/** The numbers of a column's words, and a note if some are not in the vocabulary: they have the number after its last one. */
export function toTokens({ name, declared, words, size }: TokenColumn, vocabulary: readonly string[], place: (row: number) => string): { readonly values: Int32Array; readonly note: string | null } {
  const below = declared.below ?? Infinity;
  const known = new Map(vocabulary.map((word, index) => [word, index]));
  const unknown = vocabulary.length;
  const numbers = Int32Array.from(words.words, (word) => known.get(word) ?? unknown);
  const values = new Int32Array(words.indices.length);
  let count = 0;
  const found = new Set<string>();
  for (const [at, index] of words.indices.entries()) {
    if (index < 0) continue;
    const value = numbers[index] ?? unknown;
    values[at] = value;
    if (value !== unknown) continue;
    const word = words.words[index] ?? "";
    if (unknown >= below) {
      const where = place(Math.floor(at / size));
      throw new UserError(
        `${where.charAt(0).toUpperCase()}${where.slice(1)} holds ${quoted(word)}, which stands in no training row, and ${fieldType(declared)} leaves no number for it.`,
        `Write \`below ${vocabulary.length + 1}\`, here and where the model takes \`${name}\`: what is unknown then has a number.`,
      );
    }
    count++;
    if (found.size < 4) found.add(word);
  }
  const note = count === 0 ? null : `${count} of ${values.length} values of \`${name}\` (such as ${[...found].slice(0, 3).map(quoted).join(", ")}) are not among the ${unknown} that are known and count as ${unknown}`;
  return { values, note };
}

const byPoints = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
const quoted = (word: string): string => `\`${JSON.stringify(word.length > 40 ? `${word.slice(0, 40)}...` : word).slice(1, -1)}\``;
