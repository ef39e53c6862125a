// Memory for the updates of captured steps. Steps that were captured on the same state, as for a ragged last batch, share it.

import type * as tf from "@tensorflow/tfjs-core";
import type { OnnxBackend } from "./backend.js";
import type { Unrolled } from "./unroll.js";
import type { Arena } from "./update.js";
import { isSameShape, sizeOf } from "./value.js";

/** An arena for each update of the step; null if there is not so much memory. */
export function arenasOf(backend: OnnxBackend, { updates, graph }: Unrolled, state: ReadonlyMap<string, tf.Tensor>): readonly Arena[] | null {
  const [first] = updates;
  const engine = first?.definition.update?.engine;
  const owner = state.get(first?.targets[0] ?? "");
  if (engine === undefined || owner === undefined) return [];
  const calls = updates.map(({ definition, params, targets, fetched }) => ({
    kernel: definition.kernel,
    params,
    sizes: [...targets.map((name) => state.get(name)?.size ?? 0), ...fetched.map((place) => sizeOf(graph.fetches[place]?.spec.shape ?? []))],
  }));
  const key = backend.value(owner.dataId);
  const known = backend.arenas.get(key);
  const isFitting = known?.length === calls.length && known.every(({ arrays }, i) => isSameShape(arrays.map(({ length }) => length), calls[i]?.sizes ?? []));
  const arenas = isFitting ? known : engine.open(calls);
  if (arenas !== null) backend.arenas.set(key, arenas);
  return arenas;
}
