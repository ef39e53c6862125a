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
}

/** `f32[28, 28, 1]`, as diagnostics and hovers print it. */
export function printType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(", ")}]`;
}
