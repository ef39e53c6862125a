// What the reference says of a word, as plain data: `sop explain`, hovers and the written reference are made of it.

/** Everything that a word stands for: `mean` is a layer and a mixing rule. */
export interface ReferencePage {
  readonly word: string;
  readonly entries: readonly ReferenceEntry[];
}

export type ReferenceKind =
  | "layer" | "operator" | "loss" | "metric" | "optimizer" | "schedule" | "initializer" | "annotation" | "annotation-value"
  | "source" | "generator" | "clause" | "selection" | "number-function" | "library" | "library-name" | "construct" | "topic" | "planned";

export interface ReferenceEntry {
  readonly word: string;
  readonly kind: ReferenceKind;
  /** What it is: "a layer", "a value of `mix`, of `overparam`". */
  readonly title: string;
  /** How it is written, with types and defaults, on one line or several; null where there is nothing to write. */
  readonly signature: string | null;
  /** What names in the signature stand for, or null. */
  readonly where: string | null;
  readonly doc: string;
  readonly options: readonly ReferenceOption[];
  readonly weights: readonly ReferenceWeight[];
  /** What is in it: the names of a library, the fields of a generator. */
  readonly members: readonly ReferenceMember[];
  /** Decisions that a user needs to know, a paragraph each. */
  readonly notes: readonly string[];
  readonly example: ReferenceExample | null;
}

export interface ReferenceOption {
  readonly name: string;
  /** Type with bounds, in words: "a whole number of at least 1". */
  readonly type: string;
  /** As it would be written; null: it must be given. `nothing` (option-text.ts) where the option is absent unless given. */
  readonly default: string | null;
  readonly doc: string;
}

export interface ReferenceWeight {
  /** Appended to the path of the call. */
  readonly name: string;
  /** `f32[in, units]`, with the names of the signature. */
  readonly type: string;
  readonly role: string;
  /** Initial value, in words. */
  readonly initial: string;
  /** When there is none, or null: "without `bias: false`". */
  readonly unless: string | null;
}

export interface ReferenceMember {
  readonly name: string;
  readonly signature: string;
  readonly doc: string;
}

export interface ReferenceExample {
  /** The part that is about the word. It stands in the program as it is. */
  readonly line: string;
  /** A whole program, in canonical form. */
  readonly program: string;
}

/** An entry with nothing in it but what is given. */
export function entry(given: Pick<ReferenceEntry, "word" | "kind" | "title" | "doc"> & Partial<ReferenceEntry>): ReferenceEntry {
  return { signature: null, where: null, options: [], weights: [], members: [], notes: [], example: null, ...given };
}
