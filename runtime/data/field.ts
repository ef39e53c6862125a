// Fields of a dataset: what each row holds under which name, and how a value finds its dtype and shape.

/** Where a field's values come from: one column (CSV), member (JSON lines) or array (npz); a range of CSV columns by header or by position
 * from 1, inclusive; of a text the units after those of the window; the values of a member, moved to the right by one with a 0 in front. */
export type FieldOrigin =
  | { readonly column: string }
  | { readonly first: string; readonly last: string }
  | { readonly first: number; readonly last: number }
  | { readonly next: true }
  | { readonly shift: string };

/** What `field` takes. */
export interface FieldOptions {
  /** `class` is an integer label below `below`. */
  readonly dtype: "f32" | "i32" | "bool" | "class";
  /** Per row, without the batch. */
  readonly shape: readonly number[];
  /** A sequence of unequal length: the first size is the most items that a row has. */
  readonly ragged?: boolean;
  /** Exclusive upper bound of integers. */
  readonly below?: number | null;
  /** Names of the classes in order; absent: names come from the training split if the file holds words. */
  readonly classes?: readonly string[] | null;
  /** Absent: the column with the field's own name, or the file in the field's place. */
  readonly from?: FieldOrigin | null;
}

/** A field, all options filled in. */
export interface Field {
  readonly dtype: "f32" | "i32" | "bool" | "class";
  readonly shape: readonly number[];
  readonly ragged: boolean;
  readonly below: number | null;
  readonly classes: readonly string[] | null;
  readonly from: FieldOrigin | null;
}

/** Declares a field of a dataset. */
export function field(options: FieldOptions): Field {
  return {
    dtype: options.dtype,
    shape: options.shape,
    ragged: options.ragged ?? false,
    below: options.below ?? options.classes?.length ?? null,
    classes: options.classes ?? null,
    from: options.from ?? null,
  };
}

/** The name under which the lengths of a sequence go: no field can have it. */
export function lengthName(name: string): string {
  return `${name}.length`;
}

/** The field of the lengths of a sequence. */
export const lengthField: Field = { dtype: "i32", shape: [], ragged: false, below: null, classes: null, from: null };

/** Number of elements of one row, padding included. */
export function fieldSize(declared: Field): number {
  return declared.shape.reduce((product, size) => product * size, 1);
}

/** `f32[28, 28, 1]`, `class[10]`, as a user writes it. */
export function fieldType(declared: Field): string {
  if (declared.dtype === "class") return `class[${declared.below ?? "?"}]`;
  const shape = declared.shape.length === 0 ? "" : `[${declared.ragged ? ".." : ""}${declared.shape.join(", ")}]`;
  return `${declared.dtype}${shape}${declared.below === null ? "" : ` below ${declared.below}`}`;
}
