// Words of a CSV column become labels: by the declared class names, by their own number, or by a vocabulary of the training split.

import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import type { Field } from "./field.js";
import type { Words } from "./table.js";

/** The vocabulary of a class field without declared names: the distinct words of the training rows in order of their code
 * points, or null where all of them are whole numbers, which are then the labels themselves. */
export function fitVocabulary({ words, indices }: Words, rows: Int32Array, declared: Field, name: string, size: number): readonly string[] | null {
  const isSeen = new Uint8Array(words.length);
  for (const row of rows) for (let at = 0; at < size; at++) isSeen[indices[row * size + at] ?? 0] = 1;
  const seen = words.filter((_, index) => isSeen[index] === 1);
  if (seen.every(isWhole)) return null;
  const vocabulary = seen.sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  const below = declared.below ?? 0;
  if (vocabulary.length > below) {
    const some = vocabulary.slice(0, 8).map((word) => `\`${word}\``);
    throw new UserError(`The training rows hold ${vocabulary.length} different values of \`${name}\`, expected at most ${below}: ${some.join(", ")}${vocabulary.length > 8 ? " ..." : ""}.`, `Write \`${name}: class[${vocabulary.length}]\` if all of them are meant.`);
  }
  return vocabulary;
}

/** Labels of all words. `names` are the class names in order, null if words are numbers. */
export function toLabels({ words, indices }: Words, declared: Field, name: string, names: readonly string[] | null, place: (row: number) => string, size: number): Int32Array {
  const below = declared.below ?? 0;
  const known = names === null ? null : new Map(names.map((word, label) => [word, label]));
  const labelOf = words.map((word) => (known === null ? (isWhole(word) ? Number(word) : -1) : (known.get(word) ?? -1)));
  return indices.map((index, i) => {
    const label = labelOf[index] ?? -1;
    if (label < 0 || label >= below) throw unknownClass(words[index] ?? "", name, below, names, place(Math.floor(i / size)));
    return label;
  });
}

const isWhole = (word: string): boolean => /^\d{1,9}$/.test(word);

function unknownClass(word: string, name: string, below: number, names: readonly string[] | null, place: string): UserError {
  const found = word.length > 40 ? `${word.slice(0, 40)}...` : word;
  if (names === null) return new UserError(`${capital(place)} holds \`${found}\`, expected a label from 0 to ${below - 1} for \`${name}\`.`, `Correct the value, or the type of \`${name}\`.`);
  const close = nearest(word, names);
  const some = names.slice(0, 8).map((one) => `\`${one}\``).join(", ");
  return new UserError(`${capital(place)} holds the class \`${found}\`, which \`${name}\` does not have; it has ${some}${names.length > 8 ? " ..." : ""}.`, close === null ? `Correct the value, or name all classes in the type of \`${name}\`.` : `Write \`${close}\` if that is meant.`);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
