// `overparam` written on a layer with one unit.

import { layers } from "../layers/layers.js";
import type { Application, Instance } from "../semantic-model.js";
import type { TensorType } from "../types.js";
import type { Linted } from "./rule.js";

/** Warns of an annotation on the call itself; one further out reaches such a layer along with others, which is fine. */
export function overparamOneUnit({ model, say, ownPlace, syntaxAt }: Linted): void {
  for (const instance of model.instances) {
    for (const application of instance.graph.applications) {
      const { overparam, origin, type } = application;
      if (overparam === null || type.shape[type.shape.length - 1] !== 1 || overparam.origin.file !== origin.file || ownPlace([origin]) === null) continue;
      const annotation = syntaxAt(origin).annotated?.annotations.find(({ span }) => span.start === overparam.origin.span.start);
      if (annotation === undefined || !hasKernel(instance, application)) continue;
      say("overparam-one-unit", overparam.origin, { layer: application.layer }, { fixes: [{ title: "Write `overparam 1`", edits: [{ span: annotation.span, text: "overparam 1" }] }] });
    }
  }
}

function hasKernel({ graph }: Instance, { layer, operands, options }: Application): boolean {
  const types = operands.flatMap((operand): readonly TensorType[] => {
    const type = (graph.inputs[operand] ?? graph.applications[operand - graph.inputs.length])?.type;
    return type === undefined ? [] : [type];
  });
  return layers[layer].weights(types, options).some(({ role }) => role === "kernel");
}
