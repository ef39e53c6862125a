// A model's weights and its forward function.

import type { Graph, Module } from "../ir/module.js";
import { printGraph, printWeight } from "../ir/print.js";
import { invariant } from "../invariant.js";
import type { Instance } from "../semantics/semantic-model.js";
import type { OptionValue } from "../semantics/option-value.js";
import type { Declaration } from "./declaration.js";
import { emitWeights } from "./emit-weights.js";
import { emitBody, type FunctionBody } from "./function-body.js";
import { commentLine, member, number, objectType } from "./literals.js";
import type { Names } from "./names.js";
import { modeName, weightsName } from "./op-emitters.js";
import { runtimeType } from "./runtime-names.js";

/** What runs of a model refer to. */
export interface EmittedModel {
  readonly weights: string;
  readonly forward: string;
  readonly body: FunctionBody;
  readonly declarations: readonly Declaration[];
}

/** Equal for models whose weights and forward function would read the same; runs of such models share them. */
export function modelKey(module: Module): string {
  return [...module.weights.map(printWeight), ...printGraph(graphNamed(module, "forward"))].join("\n");
}

/** `exported`: for programs without a run, whose reader wants the model itself. */
export function emitModel(instance: Instance, module: Module, names: Names, exported: boolean): EmittedModel {
  const weights = names.take(`${instance.model}_weights`);
  const forward = names.take(`${instance.model}_forward`);
  const graph = graphNamed(module, "forward");
  const body = emitBody(graph, {
    input: (name) => member("input", name),
    reserved: [weightsName, "input", modeName, weights, forward],
    results: "named",
  });
  const parameters = [
    { name: weightsName, type: `${runtimeType("Tensors")}<typeof ${weights}>` },
    { name: "input", type: objectType(graph.inputs.map((input) => input.name), runtimeType("Tensor")) },
    { name: modeName, type: runtimeType("Mode") },
  ];
  return {
    weights,
    forward,
    body,
    declarations: [
      { kind: "constant", name: weights, value: emitWeights(module.weights), doc: `Weights of ${describeInstance(instance)}.`, exported, origin: instance.origin },
      { kind: "function", name: forward, parameters, body, doc: instance.doc ?? `From the inputs of ${describeInstance(instance)} to its outputs.`, exported, origin: instance.origin },
    ],
  };
}

/** The graph of this name. */
export function graphNamed(module: Module, name: Graph["name"]): Graph {
  const graph = module.graphs.find((each) => each.name === name);
  invariant(graph !== undefined, `the module ${module.name} has a graph ${name}`);
  return graph;
}

/** `Digits(width: 16, k: 4)`, on one line. */
export function describeInstance(instance: Instance): string {
  const args = instance.args.map((arg) => `${arg.name}: ${describeValue(arg.value)}`);
  return commentLine(args.length === 0 ? instance.model : `${instance.model}(${args.join(", ")})`);
}

function describeValue(value: OptionValue): string {
  if (typeof value === "number") return number(value);
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if ("call" in value) {
    const options = Object.entries(value.options).map(([name, item]) => `${name}: ${describeValue(item)}`);
    return options.length === 0 ? value.call : `${value.call}(${options.join(", ")})`;
  }
  return `[${value.map(number).join(", ")}]`;
}
