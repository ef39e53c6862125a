// What whole models and runs come to.

import { trainingMemory } from "../../semantics/budgets.js";
import type { CallValue, Instance, Run } from "../../semantics/semantic-model.js";
import { rowsPerStep } from "../../semantics/step-costs.js";
import { instanceTitle } from "../instance-title.js";
import { costsIn } from "./costs.js";

export interface ModelTotals {
  /** The model with its options. */
  readonly title: string;
  readonly args: Instance["args"];
  readonly weightsTrained: number;
  readonly weightsShipped: number;
  readonly flops: number;
}

export interface RunTotals extends ModelTotals {
  readonly optimizer: CallValue["call"];
  /** Of a step that is not the last of an epoch. */
  readonly rows: number;
  readonly length: Run["settings"]["length"];
  readonly seed: number;
  /** Bytes that training keeps. */
  readonly memory: number;
}

/** Of models that are built alike but for their data once. */
export function totalsOf(instances: readonly Instance[]): readonly ModelTotals[] {
  const all = instances.map(modelTotals);
  return all.filter((each, index) => all.findIndex((other) => other.title === each.title && other.weightsTrained === each.weightsTrained && other.flops === each.flops) === index);
}

function modelTotals(instance: Instance): ModelTotals {
  const { weightsTrained, weightsShipped, flops } = costsIn(instance);
  return { title: instanceTitle(instance), args: instance.args, weightsTrained, weightsShipped, flops };
}

export function runTotals({ instance, settings }: Run): RunTotals {
  const { optimizer, length, seed } = settings;
  return { ...modelTotals(instance), optimizer: optimizer.call, rows: rowsPerStep(settings), length, seed, memory: trainingMemory(instance.graph, settings) };
}
