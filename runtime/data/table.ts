// Rows in memory, column by column: what every source gives, before splits, vocabularies and transforms.

/** Numbers of all rows, one row after the other. */
export type Numbers = Float32Array | Int32Array;

/** Words of all rows: `words[indices[i]]`, -1 for padding; each different word is there once. */
export interface Words {
  readonly kind: "words";
  readonly words: readonly string[];
  readonly indices: Int32Array;
  /** Columns of one group have one vocabulary: the windows of a text and what follows them. Absent: a vocabulary of its own. */
  readonly group?: string;
  /** Of sequences of unequal length, how many items each row has. */
  readonly lengths?: Int32Array;
}

/** A field's values as the file has them: numbers, or words that are still to become labels. */
export type RawColumn = { readonly kind: "numbers"; readonly values: Numbers; readonly lengths?: Int32Array } | Words;

export interface Table {
  readonly rows: number;
  readonly columns: Readonly<Record<string, RawColumn>>;
  /** Where a row stands, for messages: `row 12 of \`adult.csv\` (line 13)`. */
  readonly place: (row: number, field: string) => string;
  /** Numbers of the rows in the file, from 1, where rows were left out; null: all are there. */
  readonly kept: Int32Array | null;
  /** What a user should know of the reading: rows that were left out. */
  readonly notes: readonly string[];
  /** SHA-256 of the tokenizer file that made numbers of texts; absent: there was none. */
  readonly tokenizer?: string;
  /** SHA-256 of each file's bytes; empty for generated rows. */
  readonly hashes: readonly string[];
}
