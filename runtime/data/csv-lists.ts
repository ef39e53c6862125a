// Fields of several numbers that stand in one cell: a list of numbers, or a text whose characters, bytes or tokens are the numbers. What a
// cell holds is read to its own end before it is compared with the field's size.

import type { UserError } from "../program/errors.js";
import { fieldSize, fieldType, type Field } from "./field.js";
import { Growing } from "./grow.js";
import { requireMemory } from "./memory.js";
import type { RawColumn } from "./table.js";
import type { Tokenizer } from "./tokenizer.js";

/** The error of a cell: what was expected, and what it does or holds where that is not simply its text. */
export type Bad = (expected: string, found?: string, help?: string) => UserError;

/** How the cells of such a field become numbers. */
export interface ListReading {
  readonly tokenizer: Tokenizer | null;
  /** What one number of a text stands for; null: cells are numbers or characters, as the first is. */
  readonly unit: "characters" | "bytes" | null;
  /** Of a run that is finished: were the cells it was trained on characters? null: there is none. */
  readonly wereCharacters: boolean | null;
}

/** What the numbers of a cell are; also how messages count them. */
type Form = "numbers" | "characters" | "bytes" | "tokens";

/** Reads the cells of one field. `readNumber` gives the number of one element, or throws. */
export class CellLists {
  private readonly values: Growing<Float32Array | Int32Array>;
  /** Of sequences of unequal length. */
  private readonly lengths: Growing<Int32Array> | null;
  private rows = 0;
  private form: Form | null;
  /** Characters that were met, in order. */
  private readonly known = new Map<string, number>();

  constructor(
    private readonly declared: Field,
    private readonly name: string,
    private readonly reading: ListReading,
    private readonly readNumber: (text: string, declared: Field, bad: Bad) => number,
  ) {
    this.values = new Growing<Float32Array | Int32Array>(declared.dtype === "f32" ? (length) => new Float32Array(length) : (length) => new Int32Array(length));
    this.form = this.formOfField();
    this.lengths = declared.ragged ? new Growing((length) => new Int32Array(length)) : null;
  }

  /** Takes the cell of one row, as the file has it. */
  take(cell: string, bad: Bad): void {
    this.form ??= isNumbers(cell) ? "numbers" : "characters";
    const found = this.elements(cell, this.form, bad);
    const { declared, name } = this;
    const [size, noun] = [fieldSize(declared), this.form];
    if (this.lengths !== null) return this.takeSequence(found, this.lengths, noun, bad);
    if (found.length !== size) throw bad(`${size} for \`${name}: ${fieldType(declared)}\``, `holds ${found.length} ${found.length === 1 ? noun.slice(0, -1) : noun}`, this.help());
    for (const value of found) this.values.push(value);
  }

  /** A sequence of its own length, with padding behind it: the number 0, or no character. */
  private takeSequence(found: ArrayLike<number>, lengths: Growing<Int32Array>, noun: Form, bad: Bad): void {
    const { declared, name } = this;
    const [longest = 1] = declared.shape;
    const size = fieldSize(declared);
    const perItem = size / longest;
    const told = `holds ${found.length} ${found.length === 1 ? noun.slice(0, -1) : noun}`;
    if (found.length === 0) throw bad(`at least ${perItem} for \`${name}: ${fieldType(declared)}\``, told, this.help());
    if (found.length > size) throw bad(`at most ${size} for \`${name}: ${fieldType(declared)}\``, told, this.help());
    if (found.length % perItem !== 0) throw bad(`a multiple of ${perItem} for \`${name}: ${fieldType(declared)}\``, told, this.help());
    this.rows++;
    requireMemory(this.rows * size, 0, `\`${name}\`, with ${this.rows} rows or more of ${size} values each,`, `Write the longest that \`${name}\` has in the place of \`..${longest}\`, or \`take\` fewer rows.`);
    for (let i = 0; i < found.length; i++) this.values.push(found[i] ?? 0);
    for (let i = found.length; i < size; i++) this.values.push(this.form === "characters" ? -1 : 0);
    lengths.push(found.length / perItem);
  }

  finish(): RawColumn {
    const values = this.values.finish();
    const lengths = this.lengths === null ? {} : { lengths: this.lengths.finish() };
    return this.form === "characters" && values instanceof Int32Array ? { kind: "words", words: [...this.known.keys()], indices: values, ...lengths } : { kind: "numbers", values, ...lengths };
  }

  private help(): string {
    const { name, declared, form, reading } = this;
    const isGuessed = form === "numbers" && reading.tokenizer === null && reading.unit === null && declared.dtype === "i32" && declared.below !== null;
    return `Correct the cell, or the type of \`${name}\`${isGuessed ? "; if its cells are texts that look like numbers, write `unit: characters` in `csv`" : ""}.`;
  }

  private formOfField(): Form | null {
    const { tokenizer, unit, wereCharacters } = this.reading;
    const { dtype, shape, below } = this.declared;
    if (dtype !== "i32" || shape.length !== 1) return "numbers";
    if (tokenizer !== null) return "tokens";
    if (unit === "bytes") return "bytes";
    if (below === null) return "numbers";
    if (unit === "characters") return "characters";
    return wereCharacters === null ? null : wereCharacters ? "characters" : "numbers";
  }

  /** All that the cell holds. */
  private elements(cell: string, form: Form, bad: Bad): readonly number[] | Uint8Array {
    switch (form) {
      case "numbers":
        return this.numbers(cell.trim(), bad);
      case "bytes":
        return new TextEncoder().encode(cell);
      case "characters":
        return Array.from(cell, (character) => {
          const index = this.known.get(character) ?? this.known.size;
          if (index === this.known.size) this.known.set(character, index);
          return index;
        });
      case "tokens": {
        const tokens: number[] = [];
        this.reading.tokenizer?.encode(cell, (token) => tokens.push(token) > 0);
        return tokens;
      }
    }
  }

  /** Numbers between spaces or commas, with or without brackets; lists of lists in the field's shape. */
  private numbers(cell: string, bad: Bad): readonly number[] {
    const { declared } = this;
    const bare = /^\[[^[\]]*\]$/.test(cell) ? cell.slice(1, -1).trim() : cell;
    if (/[[\]]/.test(bare)) return this.nested(bare, bad);
    if (bare === "") return [];
    const kind = declared.dtype === "f32" ? "numbers" : declared.dtype === "bool" ? "truth values" : "whole numbers";
    return bare.split(/\s*,\s*|\s+/).map((item) => this.readNumber(item, declared, () => bad(`${fieldSize(declared)} ${kind} for \`${this.name}: ${fieldType(declared)}\``, item === "" || item === cell ? undefined : `holds \`${item.slice(0, 40)}\``, this.help())));
  }

  private nested(cell: string, bad: Bad): readonly number[] {
    const { declared } = this;
    const wrong = (): UserError => bad(`lists in the shape [${declared.shape.join(", ")}] for \`${this.name}: ${fieldType(declared)}\``);
    const parts = cell.match(/[[\]]|[^\s,[\]]+/g) ?? [];
    const found: number[] = [];
    let at = 0;
    const expect = (bracket: string): void => {
      if (parts[at++] !== bracket) throw wrong();
    };
    const read = (axis: number): void => {
      const size = declared.shape[axis];
      if (size === undefined) {
        found.push(this.readNumber(parts[at++] ?? "", declared, wrong));
        return;
      }
      expect("[");
      const isOpen = axis === 0 && declared.ragged;
      for (let index = 0; isOpen ? at < parts.length && parts[at] !== "]" : index < size; index++) read(axis + 1);
      expect("]");
    };
    read(0);
    if (at < parts.length) throw wrong();
    return found;
  }
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Does the cell hold numbers and nothing else? */
function isNumbers(cell: string): boolean {
  const items = cell.trim().replace(/^\[(.*)\]$/s, "$1").trim().split(/\s*,\s*|\s+/);
  return items.every((item) => number.test(item));
}
