// Which weights the losses of a run are given: inputs of the loss graph beside the model's outputs and the data's fields. They are there in
// training and absent in evaluation; the runtime makes them (runtime/data/row-weights.ts).

import { labelField } from "../semantics/clauses/weigh.js";
import { categoryOf } from "../semantics/layers/layers.js";
import type { Application, Graph, Run } from "../semantics/semantic-model.js";

/** An input of the loss graph with weights: its name, and its shape for one example. */
export interface LossWeights {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Inputs with weights are named by this and the field whose labels they are of, or `*` for one for each row. */
export const weightsPrefix = "weights.";

/** The weights of an application of the run's loss, or null. */
export function lossWeights({ loss, settings: { weigh, select } }: Pick<Run, "loss" | "settings">): (application: Application) => LossWeights | null {
  const ofRows: LossWeights | null = weigh?.by === undefined && select === undefined ? null : { name: `${weightsPrefix}*`, shape: [] };
  return (application) => {
    if (categoryOf(application.layer) !== "loss") return null;
    const field = labelField(loss, application);
    return field !== null && weigh?.classes?.fields.includes(field) === true ? { name: `${weightsPrefix}${field}`, shape: shapeOf(loss, field) } : ofRows;
  };
}

function shapeOf({ inputs }: Graph, field: string): readonly number[] {
  return inputs.find(({ name }) => name === `row.${field}`)?.type.shape ?? [];
}
