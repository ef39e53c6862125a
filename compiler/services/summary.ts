// What `sop summary` says of a model: one row per layer, and totals. From the semantic model only.

import { layers } from "../semantics/layers/layers.js";
import type { WeightSignature } from "../semantics/layers/layer.js";
import type { Application, Instance, Overparam } from "../semantics/semantic-model.js";
import type { TensorType } from "../semantics/types.js";

/** One layer call. Counts of weights are numbers, not bytes; a weight that two calls share counts at the first. */
export interface SummaryRow {
  /** Path of the layer; the name of the operator or function where there is none. */
  readonly path: string;
  readonly layer: string;
  /** Of the result, per example. */
  readonly shape: readonly number[];
  /** Numbers that the optimizer moves: of a kernel set all copies. Statistics and frozen weights are not among them. */
  readonly weightsTrained: number;
  /** Numbers in the model that ships, statistics included. */
  readonly weightsShipped: number;
  /** Floating-point operations for one example; a multiply-add counts as two. */
  readonly flops: number;
  /** Bytes of the result for one example. */
  readonly activationBytes: number;
  /** The `overparam` that reaches a weight of the layer, or null. */
  readonly overparam: Overparam | null;
}

export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly totals: Pick<SummaryRow, "weightsTrained" | "weightsShipped" | "flops" | "activationBytes">;
}

/** All elements of the language's dtypes have four bytes but `bool`. */
const bytes: { readonly [D in TensorType["dtype"]]: number } = { f32: 4, i32: 4, bool: 1 };

/** Summarizes a model layer by layer, in order of the graph. What the compiler put in by itself has no row and no cost. */
export function summarize(instance: Instance): Summary {
  const types: TensorType[] = instance.graph.inputs.map((input) => input.type);
  const seen = new Set<string>();
  const rows: SummaryRow[] = [];
  for (const application of instance.graph.applications) {
    const operands = application.operands.flatMap((operand) => types[operand] ?? []);
    types.push(application.type);
    if (!isMade(application)) rows.push(rowOf(application, operands, seen));
  }
  const sum = (of: (row: SummaryRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    rows,
    totals: {
      weightsTrained: sum((row) => row.weightsTrained),
      weightsShipped: sum((row) => row.weightsShipped),
      flops: sum((row) => row.flops),
      activationBytes: sum((row) => row.activationBytes),
    },
  };
}

// Numbers as tensors, and scalars as vectors of one where they are joined: the program does not write them. A `reshape` that it writes has a path.
function isMade({ layer, path }: Application): boolean {
  return layer === "constant" || (layer === "reshape" && path === "");
}

function rowOf(application: Application, operands: readonly TensorType[], seen: Set<string>): SummaryRow {
  const signature = layers[application.layer];
  const isShared = application.path !== "" && seen.has(application.path);
  seen.add(application.path);
  const weights = isShared ? [] : signature.weights(operands, application.options);
  const reached = weights.filter((weight) => isReached(weight, application));
  const size = (weight: WeightSignature): number => elements(weight.shape);
  const copies = application.overparam?.copies ?? 1;
  const trained = application.frozen ? [] : weights.filter((weight) => weight.role !== "statistic");
  return {
    path: application.path === "" ? application.layer : application.path,
    layer: application.layer,
    shape: application.type.shape,
    weightsTrained: total(trained, (weight) => size(weight) * (reached.includes(weight) ? copies : 1)),
    weightsShipped: total(weights, size),
    flops: signature.flops(operands, application.options, application.type),
    activationBytes: elements(application.type.shape) * bytes[application.type.dtype],
    overparam: reached.length > 0 ? application.overparam : null,
  };
}

/** Kernels are in the reach of `overparam`, tables when it says so. */
function isReached(weight: WeightSignature, { overparam, frozen }: Application): boolean {
  if (overparam === null || frozen) return false;
  return weight.role === "kernel" || (weight.role === "embedding" && overparam.embeddings);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((count, n) => count * n, 1);
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
