// Tensors to and from what files hold.

import * as tf from "@tensorflow/tfjs-core";
import type { StoredDtype, StoredTensor } from "./safetensors.js";

const dtypes: Readonly<Record<string, StoredDtype>> = { float32: "F32", int32: "I32", bool: "BOOL" };

/** Dtype and shape of a tensor as files name them. */
export function describe(tensor: tf.Tensor): { readonly dtype: StoredDtype; readonly shape: readonly number[] } {
  const dtype = dtypes[tensor.dtype];
  if (dtype === undefined) throw new Error(`a tensor of dtype ${tensor.dtype} cannot be stored`);
  return { dtype, shape: tensor.shape };
}

/** Reads tensors off the backend, in order. */
export async function toStored(tensors: Readonly<Record<string, tf.Tensor>>): Promise<ReadonlyMap<string, StoredTensor>> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, tensor] of Object.entries(tensors)) {
    const { dtype, shape } = describe(tensor);
    stored.set(name, { dtype, shape, values: await tensor.data<"float32" | "int32" | "bool">() });
  }
  return stored;
}

/** Puts stored tensors on the backend. The caller disposes them. */
export function fromStored(stored: ReadonlyMap<string, StoredTensor>): Record<string, tf.Tensor> {
  const names: Readonly<Record<StoredDtype, "float32" | "int32" | "bool">> = { F32: "float32", I32: "int32", BOOL: "bool" };
  return Object.fromEntries([...stored].map(([name, { dtype, shape, values }]) => [name, tf.tensor(values, [...shape], names[dtype])]));
}
