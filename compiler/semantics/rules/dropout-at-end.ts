// Dropout after the last layer with weights: it drops parts of the predictions themselves.

import type { LayerKind } from "../layers/layers.js";
import type { Application, Instance } from "../semantic-model.js";
import type { Linted } from "./rule.js";

/** What changes no more than the form or the scale of its one tensor. */
const transparent: ReadonlySet<LayerKind> = new Set<LayerKind>(["flatten", "reshape", "cast", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax", "exp", "log", "sqrt", "neg"]);

/** Warns of outputs that are dropped at random in training. */
export function dropoutAtEnd({ model, say, ownPlace, syntaxAt }: Linted): void {
  for (const instance of model.instances) {
    for (const output of instance.graph.outputs) {
      const dropout = dropoutBefore(instance, output.value);
      const origin = dropout === null ? null : ownPlace([dropout.origin, ...dropout.callers]);
      if (dropout === null || origin === null) continue;
      const { pipe } = syntaxAt(origin);
      const isHere = origin === dropout.origin && pipe !== null;
      const fixes = isHere ? [{ title: "Remove the `dropout`", edits: [{ span: { start: pipe.left.span.end, end: pipe.span.end }, text: "" }] }] : [];
      say("dropout-at-end", origin, { output: output.name }, { fixes, notes: [{ origin: output.origin, message: `\`${output.name}\` is given here.` }] });
    }
  }
}

function dropoutBefore({ graph }: Instance, value: number): Application | null {
  let application = graph.applications[value - graph.inputs.length];
  while (application !== undefined && transparent.has(application.layer)) application = graph.applications[(application.operands[0] ?? -1) - graph.inputs.length];
  return application?.layer === "dropout" ? application : null;
}
