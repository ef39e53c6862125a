// Where two sizes do not fit and one of them is the plain number in a layer's call, the edit that makes them fit.

import type { Fix } from "../diagnostics/diagnostic.js";
import type { GraphBuilder } from "./graph-builder.js";
import { activations } from "./layers/activations.js";
import { categoryOf, type LayerKind } from "./layers/layers.js";
import { lastSize } from "./layers/shape-rules.js";
import type { TensorValue } from "./values.js";

/** The last axis goes through these as it is. */
export const transparent: ReadonlySet<LayerKind> = new Set<LayerKind>([...(Object.keys(activations) as (keyof typeof activations)[]), "dropout", "batch_norm", "neg", "max_pool", "avg_pool", "resize", "global_avg_pool", "cast"]);

/** The edit that gives `value` a last axis of `size`, or nothing where no plain number decides it. */
export function resizeFix(graph: GraphBuilder, value: TensorValue, size: number, file: string): readonly Fix[] {
  let ref = value.ref;
  for (;;) {
    const application = graph.applications[ref];
    if (application === undefined) return [];
    const literal = graph.sizeLiterals.get(ref);
    if (literal !== undefined) return literal.file === file ? [{ title: `Give \`${application.layer}\` the size ${size}`, edits: [{ span: literal.span, text: String(size) }] }] : [];
    const [operand] = application.operands;
    if (!transparent.has(application.layer) || operand === undefined) return [];
    ref = operand;
  }
}

/** Edits for two tensors that differ in their last axis only, or for logits that are fewer than the classes. */
export function resizeFixes(graph: GraphBuilder, kind: LayerKind, tensors: readonly TensorValue[], file: string): readonly Fix[] {
  const [a, b] = tensors;
  if (a === undefined || b === undefined) return [];
  const category = categoryOf(kind);
  if ((category === "loss" || category === "metric") && b.type.below !== null && b.type.below > lastSize(a.type)) return resizeFix(graph, a, b.type.below, file);
  const isNear = a.type.dtype === b.type.dtype && a.type.shape.length === b.type.shape.length && a.type.shape.slice(0, -1).every((size, i) => size === b.type.shape[i]);
  if (!isNear || kind === "concat" || category === "loss" || category === "metric") return [];
  const second = resizeFix(graph, b, lastSize(a.type), file);
  return second.length > 0 ? second : resizeFix(graph, a, lastSize(b.type), file);
}
