// What a kernel of this backend is: what it gives for its inputs (`plan`), and the ONNX nodes that compute it (`emit`). `emit` sees
// nothing but shapes, types and `params`, all of which are in the key of a session: so a cached session is never a wrong one. Numbers
// that may differ from step to step are inputs.

import type { HostArray } from "./binding.js";
import type { DataType } from "./pool.js";
import type { Emitter, Emitted, Operand } from "./emitter.js";
import type { UpdateEngine } from "./update.js";
import type { Ref } from "./value.js";

export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** One use of a kernel. */
export interface Plan {
  readonly inputs: readonly Ref[];
  readonly outputs: readonly OutputSpec[];
  /** Axes, sizes and other numbers that are the same at every step. */
  readonly params?: readonly number[];
}

/** What a kernel is called with. */
export interface Call {
  /** The input of that name; throws if there is none. */
  input(name: string): Ref;
  /** The inputs of a kernel that takes a list. */
  list(): readonly Ref[];
  has(name: string): boolean;
  attribute(name: string): unknown;
  numbers(name: string): readonly number[];
  flag(name: string): boolean;
  /** Its numbers, if they are known and will be the same whenever the op runs. */
  known(input: Ref): HostArray | null;
  /** A number as an input. */
  scalar(value: number, dtype?: DataType): Ref;
}

export interface KernelDefinition {
  /** TensorFlow.js's name. */
  readonly kernel: string;
  /** Gives a list, also of one. */
  readonly isList?: boolean;
  /** Inputs broadcast against each other as in ONNX, so that a small one may stand for its broadcast. */
  readonly broadcasts?: boolean;
  /** Null: not served here, the fallback runs. */
  readonly plan: (call: Call) => Plan | null;
  readonly emit: (to: Emitter, inputs: readonly Operand[], params: readonly number[], outputs: readonly OutputSpec[]) => readonly Emitted[] | Emitted;
  /**
   * Then it is no op of the engine but an update of a captured step: its first inputs, as many as it has outputs, are tensors of the state
   * that it changes, the `bulk` next ones lie beside them in the update's memory, the others are small.
   */
  readonly update?: { readonly engine: UpdateEngine; readonly bulk: number };
}
