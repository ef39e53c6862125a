// Updates: kernels that a captured step runs on the host, after the engine, when it is committed. They change tensors of the state where
// these lie, which the engine's ops cannot, in memory that whoever defines them provides.

import type { HostArray } from "./binding.js";

/** One use of an update in a step. */
export interface UpdateCall {
  readonly kernel: string;
  /** Lengths of the arrays that lie in the update's memory: of what it changes, then of what it reads beside. */
  readonly sizes: readonly number[];
  readonly params: readonly number[];
}

/** Where the arrays of one use lie, and the update itself. */
export interface Arena {
  readonly arrays: readonly Float32Array<ArrayBuffer>[];
  /** Changes the first arrays; `small` are the other inputs. */
  readonly run: (small: readonly HostArray[]) => void;
}

export interface UpdateEngine {
  /** Memory for all updates of a step, in order; null: they need more than there can be. */
  readonly open: (calls: readonly UpdateCall[]) => readonly Arena[] | null;
}
