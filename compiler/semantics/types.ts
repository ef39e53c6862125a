// Types of values in a model after its sizes are known: what a tensor is, per example.

export type Dtype = "f32" | "i32" | "bool";

/**
 * A tensor's type. `shape` is per example; a `batched` tensor has one more axis in front, named `batch` where printed.
 * What is made of weights and constants alone is not batched.
 */
export interface TensorType {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly batched: boolean;
  /** For `i32`: all values are at least 0 and below this; null: not known. */
  readonly below: number | null;
  /** A sequence whose length differs between examples: the input that it is as long as. The first axis is then the longest there can be. */
  readonly ragged?: string;
}

/** `f32[28, 28, 1]`, `class[10]`, `i32[..5] below 10`: a type as diagnostics and hovers print it and as a program writes it. */
export function printType({ dtype, shape, below, ragged }: Pick<TensorType, "dtype" | "shape" | "below" | "ragged">): string {
  if (dtype === "i32" && shape.length === 0 && below !== null) return `class[${below}]`;
  return `${dtype}[${printSizes(shape, ragged)}]${below === null ? "" : ` below ${below}`}`;
}

/** `28, 28, 1`; `..50, 8` of a sequence whose length differs. */
export function printSizes(shape: readonly number[], ragged: string | undefined): string {
  return `${ragged === undefined ? "" : ".."}${shape.join(", ")}`;
}
