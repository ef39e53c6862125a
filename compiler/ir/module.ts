// The graph IR: one module per train run. Weights with shapes and initial values; three graphs of ops over them.
// Values have numbers, not names: nothing that a user may rename without changing the meaning enters, so the text can be hashed.

import type { KernelSet } from "../kernel-set.js";
import type { Origin } from "../source/source.js";
import type { Initializer } from "./initializers.js";
import type { OpKind } from "./ops.js";

export type { Initializer, KernelSet };

export type Dtype = "f32" | "i32" | "bool";

/** Shape per example; a batched value has the axis `batch` in front. A metric is a vector of counts, shape-less here. */
export interface ValueType {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly batched: boolean;
}

export interface Module {
  /** The model's name. */
  readonly name: string;
  readonly weights: readonly Weight[];
  /** In order: `forward` (model inputs to outputs), `loss` and `metrics` (outputs and `row.<field>` to scalars). The last two are absent for a model without a run. */
  readonly graphs: readonly Graph[];
}

/** What a weight is to training: kernels and embeddings may be overparameterized and decay; statistics are not trained. */
export type Role = "kernel" | "embedding" | "bias" | "scale" | "statistic";

export interface Weight {
  /** `conv_block.conv2d.kernel`. */
  readonly path: string;
  readonly role: Role;
  /** Of one copy; what ships. */
  readonly shape: readonly number[];
  /** Per axis: may Deep Fusion let it grow? */
  readonly axes: readonly ("feature" | "fixed")[];
  readonly init: Initializer;
  readonly trainable: boolean;
  /** Coupled decay of its own, in the place of the run's. */
  readonly l2?: number;
  /** Made by majority-kernels, taken away by fold. */
  readonly set: KernelSet | null;
  readonly origin: Origin;
}

export interface Graph {
  readonly name: "forward" | "loss" | "metrics";
  readonly inputs: readonly { readonly name: string; readonly type: ValueType }[];
  /** Value number `inputs.length + i` is the result of `ops[i]`. */
  readonly ops: readonly Op[];
  readonly outputs: readonly { readonly name: string; readonly value: number }[];
}

export type Attribute = number | string | boolean | readonly number[];

export interface Op {
  readonly kind: OpKind;
  readonly operands: readonly number[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly type: ValueType;
  /** Path of the layer it belongs to, "" if none. */
  readonly path: string;
  /** The source's name for the value; only for readable TypeScript, not printed. */
  readonly hint: string | null;
  readonly origin: Origin;
}
