// What `predict` needs to know of each output, read off the loss: what makes probabilities of it, and the field it is compared with, whose
// class names and transforms its numbers have.

import type { Graph, Instance, Run, ValueId } from "../semantic-model.js";
import { isTransparent } from "../graph-builder.js";
import type { LayerKind } from "../layers/layers.js";
import type { DeclaredField } from "./fields.js";

type Link = Run["links"][number];

/** Losses that compare a prediction with a target, and what makes their predictions readable. */
const linkOf: Partial<Readonly<Record<LayerKind, Link["link"]>>> = { cross_entropy: "softmax", kl: "softmax", binary_cross_entropy: "sigmoid", mse: "none", mae: "none", huber: "none" };

/** One link for each output of the model. */
export function links(instance: Instance, loss: Graph, fields: readonly DeclaredField[], fieldOf: (input: string) => string): Run["links"] {
  const comparisons = loss.applications.flatMap(({ layer, operands }) => {
    const link = linkOf[layer];
    const [prediction, target] = operands.map((operand) => inputBehind(loss, operand));
    return link === undefined || prediction == null ? [] : [{ prediction, link, field: target?.startsWith("row.") === true ? target.slice("row.".length) : null }];
  });
  const { inputs, applications } = instance.graph;
  return instance.graph.outputs.map(({ name: output, value }) => {
    const own = comparisons.filter(({ prediction }) => prediction === output);
    const { link = "none" } = own.find((one) => one.link !== "none") ?? {};
    const [field = null, ...others] = new Set(own.map((one) => one.field));
    const isOne = others.length === 0;
    const classes = (isOne ? fields.find((declared) => declared.field.name === field) : undefined)?.field.classes ?? null;
    const ragged = (inputs[value] ?? applications[value - inputs.length])?.type.ragged;
    return { output, link, classes, field: isOne ? field : null, ...(ragged === undefined ? {} : { ragged: fieldOf(ragged) }) };
  });
}

/** The input of the graph that a value is, up to its shape and dtype; null if it was computed. */
export function inputBehind({ inputs, applications }: Graph, value: ValueId): string | null {
  const input = inputs[value];
  if (input !== undefined) return input.name;
  const application = applications[value - inputs.length];
  const [operand] = application?.operands ?? [];
  return application === undefined || operand === undefined || !isTransparent.has(application.layer) ? null : inputBehind({ inputs, applications, outputs: [] }, operand);
}
