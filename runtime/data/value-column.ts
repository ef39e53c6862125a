// The values of one field as rows come that hold numbers, truth values and words, or lists of them: JSON lines and Parquet. Lists are walked down in
// the shape of the field; what does not fit is named by its place.

import { UserError } from "../program/errors.js";
import { fieldSize, fieldType, type Field } from "./field.js";
import { Growing } from "./grow.js";
import { requireMemory } from "./memory.js";
import type { RawColumn } from "./table.js";
import type { Tokenizer } from "./tokenizer.js";

/** No vocabulary is larger; a column of free text stops here. */
const mostWords = 1_000_000;

/** Where the values of a field come from. */
export interface ValueOrigin {
  readonly file: string;
  /** Its key in a line, or its column. */
  readonly member: string;
  /** What the number of a row counts, for messages. */
  readonly unit: "line" | "row";
  readonly tokenizer: Tokenizer | null;
}

export class ValueColumn {
  private readonly isShifted: boolean;
  private readonly numbers: Growing<Float32Array | Int32Array>;
  /** Of sequences of unequal length. */
  private readonly lengths: Growing<Int32Array> | null;
  private rows = 0;
  /** Numbers of the words that were met, in order; null: values are numbers. Undecided before the first value. */
  private words: Map<string, number> | null | undefined;
  /** Where in the file, and in the lists of a member, it reads. */
  private at = 0;
  private readonly path: number[] = [];
  /** How many values of the row it still takes. */
  private left = Infinity;

  constructor(
    readonly name: string,
    private readonly declared: Field,
    readonly origin: ValueOrigin,
  ) {
    const { from } = declared;
    this.isShifted = from !== null && "shift" in from;
    this.numbers = new Growing<Float32Array | Int32Array>(declared.dtype === "f32" ? (length) => new Float32Array(length) : (length) => new Int32Array(length));
    this.words = declared.dtype === "class" ? new Map() : undefined;
    this.lengths = declared.ragged ? new Growing((length) => new Int32Array(length)) : null;
  }

  /** Takes the value of a row; `at` is its line or number in the file. */
  take(value: unknown, at: number): void {
    this.at = at;
    const read = this.tokensOf(value);
    const items = this.itemsOf(read);
    // The first token says that the sequence begins; the last one has no place.
    if (this.isShifted) this.numbers.push(0);
    this.left = this.isShifted ? items - 1 : Infinity;
    this.walk(read, 0);
    if (this.lengths === null) return;
    this.lengths.push(items);
    const size = fieldSize(this.declared);
    this.rows++;
    requireMemory(this.rows * size, 0, `\`${this.name}\` of \`${this.origin.file}\`, with ${this.rows} rows or more of ${size} values each,`, `Write the longest that \`${this.name}\` has in the place of \`..${this.declared.shape[0] ?? 1}\`, or \`take\` fewer rows.`);
    const [longest = 1] = this.declared.shape;
    // Padding: the number 0, or no word.
    for (let i = (items * size) / longest; i < size; i++) this.numbers.push(this.words instanceof Map ? -1 : 0);
  }

  /** The number of items along the first axis; of a sequence of unequal length those that are there. */
  private itemsOf(value: unknown): number {
    const [longest = 1] = this.declared.shape;
    if (this.lengths === null) return longest;
    if (!Array.isArray(value)) throw this.bad(value, `a list of at most ${longest}`);
    if (value.length === 0) throw this.bad(value, "at least one");
    if (value.length > longest) throw this.bad(value, `at most ${longest} values`);
    return value.length;
  }

  finish(): RawColumn {
    const values = this.numbers.finish();
    const lengths = this.lengths === null ? {} : { lengths: this.lengths.finish() };
    if (this.words === null || this.words === undefined || values instanceof Float32Array) return { kind: "numbers", values, ...lengths };
    return { kind: "words", words: [...this.words.keys()], indices: values, ...lengths };
  }

  /** The tokens of a text where the field is a sequence of them; anything else as it is. */
  private tokensOf(value: unknown): unknown {
    const { dtype, shape } = this.declared;
    const { tokenizer } = this.origin;
    if (tokenizer === null || dtype !== "i32" || shape.length !== 1 || typeof value !== "string") return value;
    const tokens: number[] = [];
    tokenizer.encode(value, (token) => tokens.push(token) > 0);
    return tokens;
  }

  /** Reads lists down to the field's last axis. */
  private walk(value: unknown, axis: number): void {
    const { shape } = this.declared;
    const size = shape[axis];
    if (size === undefined) {
      const number = this.element(value);
      if (this.left-- > 0) this.numbers.push(number);
      return;
    }
    if (!Array.isArray(value)) throw this.bad(value, `a list of ${size}`);
    if (value.length !== size && !(axis === 0 && this.declared.ragged)) throw this.bad(value, `${size} values`);
    for (const [index, item] of value.entries()) {
      this.path[axis] = index;
      this.walk(item, axis + 1);
    }
    this.path.length = axis;
  }

  /** The number of one value. */
  private element(value: unknown): number {
    const { dtype, below } = this.declared;
    switch (dtype) {
      case "f32":
        if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) throw this.bad(value, "a number");
        return value;
      case "bool":
        if (typeof value !== "boolean" && value !== 0 && value !== 1) throw this.bad(value, "true or false");
        return Number(value);
      case "class":
        if (typeof value === "string" && value !== "") return this.word(value);
        if (typeof value === "boolean" || Number.isSafeInteger(value)) return this.word(String(value));
        throw this.bad(value, "a class");
      case "i32": {
        if (this.words === undefined) this.words = typeof value === "string" && below !== null && !this.isShifted ? new Map() : null;
        if (this.words !== null && typeof value === "string") return this.word(value);
        if (this.words !== null || typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1) throw this.bad(value, this.words === null ? "a whole number" : `a word, as in the ${this.origin.unit}s before`);
        return value;
      }
    }
  }

  private word(word: string): number {
    const known = this.words ?? new Map<string, number>();
    const index = known.get(word) ?? known.size;
    if (index === mostWords) throw new UserError(`\`${this.origin.file}\` holds more than ${mostWords} different values for \`${this.name}\`, expected ${fieldType(this.declared)}.`, `Correct the data or the type of \`${this.name}\`.`);
    if (index === known.size) known.set(word, index);
    return index;
  }

  private bad(value: unknown, expected: string): UserError {
    const { file, member, unit } = this.origin;
    const found = Array.isArray(value) ? `${value.length} values` : told(value);
    return new UserError(`\`${clip(member)}${this.path.map((index) => `[${index}]`).join("")}\` in ${unit} ${this.at} of \`${file}\` holds ${found}, expected ${expected} for \`${this.name}: ${fieldType(this.declared)}\`.`, `Correct the ${unit}, or the type of \`${this.name}\`.`);
  }
}

/** A value, short. */
export function told(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "object") return "an object";
  return `\`${clip(String(value))}\``;
}

/** A text, cut where it is long. */
export function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
