// JSON lines: an object in each line. A field reads the member of its own name, or that of its `from`: a number, a truth value or a word, or lists
// of them in the shape of the field; with a tokenizer file also a text, whose tokens are the list. Lines are parsed one by one; only the members that are asked for are kept.

import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import { fieldSize, fieldType, type Field } from "./field.js";
import { Growing } from "./grow.js";
import { readDataFile } from "./read-file.js";
import type { JsonlSource } from "./source.js";
import type { RawColumn, Table } from "./table.js";
import { readTokenizer, type Tokenizer } from "./tokenizer.js";
import { requireText, textStart } from "./utf8.js";

/** The bytes of a file are held while it is read. */
const largestFile = 500_000_000;
/** What a line may make in memory is a multiple of its length. */
const largestLine = 8_000_000;
/** No vocabulary is larger; a member of free text stops here. */
const mostWords = 1_000_000;

/** Reads the members of `fields`, the first `take` rows. */
export function readJsonl(source: JsonlSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table {
  const file = readDataFile(source.file, directory, source.sha256?.[0] ?? null, largestFile);
  requireText(file, "a file of JSON lines");
  const { bytes, name: fileName } = file;
  const tokenizer = source.tokenizer === null ? null : readTokenizer(source.tokenizer, directory);
  const columns = Object.entries(fields).map(([name, declared]) => new MemberColumn(name, declared, fileName, tokenizer));
  const lines = new Growing((length) => new Int32Array(length));
  let rows = 0;
  let line = 0;
  for (let from = textStart(bytes); from < bytes.length && rows < (take ?? Infinity); ) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    line++;
    if (to - from > largestLine) throw new UserError(`Line ${line} of \`${fileName}\` has ${to - from} bytes, more than the ${largestLine} of a row.`, "Write one object in each line.");
    const text = bytes.toString("utf8", from, to).trim();
    from = to + 1;
    if (text === "") continue;
    const row = parseLine(text, line, fileName);
    for (const column of columns) column.take(row, line);
    lines.push(line);
    rows++;
  }
  const lineNumbers = lines.finish();
  return {
    rows,
    columns: Object.fromEntries(columns.map((column) => [column.name, column.finish()])),
    place: (row, name) => `\`${columns.find((column) => column.name === name)?.member ?? name}\` in line ${lineNumbers[row] ?? "?"} of \`${fileName}\``,
    kept: null,
    notes: [],
    hashes: tokenizer === null ? [file.sha256] : [file.sha256, tokenizer.sha256],
    ...(tokenizer === null ? {} : { tokenizer: tokenizer.sha256 }),
  };
}

function parseLine(text: string, line: number, fileName: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const help = line === 1 && text.startsWith("[") ? "Write one object in each line, without a list around them." : "Correct the line: each holds one JSON object.";
    throw new UserError(`Line ${line} of \`${fileName}\` is not JSON.`, help);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UserError(`Line ${line} of \`${fileName}\` holds ${told(value)}, expected an object such as {"name": 1}.`, "Write one object in each line.");
}

/** The values of one field as they are read. */
class MemberColumn {
  /** Its key in each object. */
  readonly member: string;
  private readonly isShifted: boolean;
  private readonly numbers: Growing<Float32Array | Int32Array>;
  /** Of sequences of unequal length. */
  private readonly lengths: Growing<Int32Array> | null;
  /** Numbers of the words that were met, in order; null: values are numbers. Undecided before the first value. */
  private words: Map<string, number> | null | undefined;
  /** Where in the file, and in the lists of a member, it reads. */
  private line = 0;
  private readonly path: number[] = [];
  /** How many values of the row it still takes. */
  private left = Infinity;

  constructor(
    readonly name: string,
    private readonly declared: Field,
    private readonly file: string,
    private readonly tokenizer: Tokenizer | null,
  ) {
    const { from } = declared;
    this.member = from !== null && "column" in from ? from.column : from !== null && "shift" in from ? from.shift : name;
    this.isShifted = from !== null && "shift" in from;
    this.numbers = new Growing<Float32Array | Int32Array>(declared.dtype === "f32" ? (length) => new Float32Array(length) : (length) => new Int32Array(length));
    this.words = declared.dtype === "class" ? new Map() : undefined;
    this.lengths = declared.ragged ? new Growing((length) => new Int32Array(length)) : null;
  }

  take(row: object, line: number): void {
    const value: unknown = Object.hasOwn(row, this.member) ? Reflect.get(row, this.member) : undefined;
    if (value === undefined) {
      const keys = Object.keys(row);
      const close = nearest(this.member, keys);
      const some = keys.slice(0, 12).map((key) => `\`${clip(key)}\``).join(", ");
      throw new UserError(`Line ${line} of \`${this.file}\` has no \`${this.member}\` for the field \`${this.name}\`; it has ${some === "" ? "nothing" : some}.`, close === null ? "Add it to the line." : `Write \`from "${close}"\` if that is meant.`);
    }
    this.line = line;
    const read = this.tokensOf(value);
    const items = this.itemsOf(read);
    // The first token says that the sequence begins; the last one has no place.
    if (this.isShifted) this.numbers.push(0);
    this.left = this.isShifted ? items - 1 : Infinity;
    this.walk(read, 0);
    if (this.lengths === null) return;
    this.lengths.push(items);
    const size = fieldSize(this.declared);
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

  /** The tokens of a text where the field is a sequence of them; anything else as it is. */
  private tokensOf(value: unknown): unknown {
    const { dtype, shape } = this.declared;
    if (this.tokenizer === null || dtype !== "i32" || shape.length !== 1 || typeof value !== "string") return value;
    const tokens: number[] = [];
    this.tokenizer.encode(value, (token) => tokens.push(token) > 0);
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
        if (this.words !== null || typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1) throw this.bad(value, this.words === null ? "a whole number" : "a word, as in the lines before");
        return value;
      }
    }
  }

  private word(word: string): number {
    const known = this.words ?? new Map<string, number>();
    const index = known.get(word) ?? known.size;
    if (index === mostWords) throw new UserError(`\`${this.file}\` holds more than ${mostWords} different values for \`${this.name}\`, expected ${fieldType(this.declared)}.`, `Correct the data or the type of \`${this.name}\`.`);
    if (index === known.size) known.set(word, index);
    return index;
  }

  finish(): RawColumn {
    const values = this.numbers.finish();
    const lengths = this.lengths === null ? {} : { lengths: this.lengths.finish() };
    if (this.words === null || this.words === undefined || values instanceof Float32Array) return { kind: "numbers", values, ...lengths };
    return { kind: "words", words: [...this.words.keys()], indices: values, ...lengths };
  }

  private bad(value: unknown, expected: string): UserError {
    const found = Array.isArray(value) ? `${value.length} values` : told(value);
    return new UserError(`\`${clip(this.member)}${this.path.map((index) => `[${index}]`).join("")}\` in line ${this.line} of \`${this.file}\` holds ${found}, expected ${expected} for \`${this.name}: ${fieldType(this.declared)}\`.`, `Correct the line, or the type of \`${this.name}\`.`);
  }
}

/** A JSON value, short. */
function told(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `\`${clip(String(value))}\``;
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);
