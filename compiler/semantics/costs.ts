// What each layer of a graph costs: numbers trained and shipped, operations, memory of its result. The summary prints these
// figures and `assert` compares with them, so that both say the same.

import { layers, type LayerKind } from "./layers/layers.js";
import type { WeightSignature } from "./layers/layer.js";
import { elements } from "./layers/shape-rules.js";
import type { Application, Graph, Overparam } from "./semantic-model.js";
import type { TensorType } from "./types.js";

/** Figures that `assert` can name and that follow from the model alone. */
export const modelFigures = ["shipped.weights", "shipped.bytes", "shipped.flops", "trained.weights"] as const;
/** Figures that need a run: its batch and its optimizer. */
export const runFigures = ["trained.memory"] as const;

/** One layer call. Counts of weights are numbers, not bytes; a weight that two calls share counts at the first. */
export interface LayerCost {
  /** Path of the layer; the name of the operator or function where there is none. */
  readonly path: string;
  readonly layer: LayerKind;
  /** Of the result, per example. */
  readonly shape: readonly number[];
  /** The input that the result is as long as, where it is a sequence of unequal length: the first size is then the longest. */
  readonly ragged?: string;
  /** Numbers that the optimizer moves: of a kernel set all copies. Statistics and frozen weights are not among them. */
  readonly weightsTrained: number;
  /** Numbers in the model that ships, statistics included. */
  readonly weightsShipped: number;
  /** Floating-point operations of the model that ships, for one example; a multiply-add counts as two. */
  readonly flops: number;
  /** Bytes of the result for one example. */
  readonly activationBytes: number;
  /** The `overparam` that reaches a weight of the layer, or null. */
  readonly overparam: Overparam | null;
}

/** All elements of the language's dtypes have four bytes but `bool`. */
const bytes: { readonly [D in TensorType["dtype"]]: number } = { f32: 4, i32: 4, bool: 1 };

/** The cost of each application, in order of the graph. */
export function costsOf(graph: Graph): readonly LayerCost[] {
  const types: TensorType[] = graph.inputs.map((input) => input.type);
  const seen = new Set<string>();
  return graph.applications.map((application) => {
    const operands = application.operands.flatMap((operand) => types[operand] ?? []);
    types.push(application.type);
    return costOf(application, operands, seen);
  });
}

/** Was it put in by the compiler? Numbers as tensors, and scalars as vectors of one where they are joined; a `reshape` that the program writes has a path. */
export function isMade({ layer, path }: Pick<Application, "layer" | "path">): boolean {
  return layer === "constant" || (layer === "reshape" && path === "");
}

function costOf(application: Application, operands: readonly TensorType[], seen: Set<string>): LayerCost {
  const signature = layers[application.layer];
  const isShared = application.path !== "" && seen.has(application.path);
  seen.add(application.path);
  const weights = isShared ? [] : signature.weights(operands, application.options);
  const reached = weights.filter((weight) => isReached(weight, application));
  const size = (weight: WeightSignature): number => elements(weight.shape);
  const copies = application.overparam?.copies ?? 1;
  const trained = application.frozen ? [] : weights.filter((weight) => weight.role !== "statistic");
  const isFree = isMade(application);
  return {
    path: application.path === "" ? application.layer : application.path,
    layer: application.layer,
    ...sizesOf(application.type),
    weightsTrained: total(trained, (weight) => size(weight) * (reached.includes(weight) ? copies : 1)),
    weightsShipped: total(weights, size),
    flops: isFree ? 0 : signature.flops(operands, application.options, application.type),
    activationBytes: isFree ? 0 : elements(application.type.shape) * bytes[application.type.dtype],
    overparam: reached.length > 0 ? application.overparam : null,
  };
}

/** Shape and raggedness, as rows and drawings carry them. */
export function sizesOf({ shape, ragged }: Pick<TensorType, "shape" | "ragged">): { readonly shape: readonly number[]; readonly ragged?: string } {
  return ragged === undefined ? { shape } : { shape, ragged };
}

/** Kernels are in the reach of `overparam`, tables when it says so. */
function isReached(weight: WeightSignature, { overparam, frozen }: Application): boolean {
  if (overparam === null || frozen) return false;
  return weight.role === "kernel" || (weight.role === "embedding" && overparam.embeddings);
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
