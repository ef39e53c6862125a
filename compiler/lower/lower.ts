// From the semantic model to the IR: a run's model, losses and metrics become one module. Nothing is decided here that changes the
// meaning; a program that reaches this phase has no errors.

import { GraphBuilder, WeightTable } from "../ir/builder.js";
import { invariant } from "../invariant.js";
import type { Graph, KernelSet, Module, ValueType } from "../ir/module.js";
import { sameShape } from "../ir/value-types.js";
import { lengthName } from "../semantics/clauses/lengths.js";
import { layers } from "../semantics/layers/layers.js";
import type { Application, Graph as SemanticGraph, Instance, Run } from "../semantics/semantic-model.js";
import type { TensorType } from "../semantics/types.js";
import type { Origin } from "../source/source.js";
import { Lowering } from "./lowering.js";
import { lossWeights } from "./loss-weights.js";
import { lowerings } from "./lowerings.js";
import { declareWeights, type Reach } from "./weights.js";

/** A module without kernel sets, and the sets that `overparam` asks for. */
export interface Lowered {
  readonly module: Module;
  readonly reach: Reach;
  /** Paths in reach whose `overparam` says nothing of initial values. */
  readonly defaultInit: ReadonlySet<string>;
}

/** A run: its model, its losses, its metrics. */
export function lowerRun(run: Run): Lowered {
  const unit = new Unit(run.origin.file);
  const graphs = [unit.graph("forward", run.instance.graph), unit.graph("loss", run.loss, lossWeights(run)), unit.graph("metrics", run.metrics)];
  return unit.finish(run.instance.model, graphs);
}

/** A model without a run. */
export function lowerInstance(instance: Instance): Lowered {
  const unit = new Unit(instance.origin.file);
  return unit.finish(instance.model, [unit.graph("forward", instance.graph)]);
}

/** One module under construction. */
class Unit {
  private readonly weights = new WeightTable();
  private readonly reach = new Map<string, KernelSet>();
  private readonly defaultInit = new Set<string>();

  constructor(private readonly file: string) {}

  graph(name: Graph["name"], graph: SemanticGraph, weightsOf: ReturnType<typeof lossWeights> = () => null): Graph {
    // Sequences of unequal length bring their lengths as inputs of their own, losses that are weighed their weights.
    const ragged = [...new Set(graph.inputs.flatMap(({ type }) => (type.ragged === undefined ? [] : [type.ragged])))];
    const weights = new Map(graph.applications.flatMap((application) => weightsOf(application) ?? []).map((one) => [one.name, one]));
    const inputs: Graph["inputs"] = [
      ...graph.inputs.map((input) => ({ name: input.name, type: toValueType(input.type) })),
      ...ragged.map((input) => ({ name: lengthName(input), type: { dtype: "i32", shape: [], batched: true } as const })),
      ...[...weights.values()].map(({ name: of, shape }) => ({ name: of, type: { dtype: "f32", shape, batched: true } as const })),
    ];
    const lengths = new Map(ragged.map((input, index) => [input, graph.inputs.length + index]));
    const builder = new GraphBuilder(name, inputs, this.weights);
    const values: number[] = graph.inputs.map((_, index) => index);
    const types: TensorType[] = graph.inputs.map((input) => input.type);
    for (const application of graph.applications) {
      const weighed = weightsOf(application)?.name;
      const value = this.lower(application, builder, values, types, lengths, weighed === undefined ? null : inputs.findIndex((input) => input.name === weighed));
      builder.nameValue(value, application.name);
      values.push(value);
      types.push(application.type);
    }
    return builder.build(graph.outputs.map((output) => ({ name: output.name, value: at(values, output.value) })));
  }

  finish(name: string, graphs: readonly Graph[]): Lowered {
    return { module: { name, weights: this.weights.list(), graphs }, reach: this.reach, defaultInit: this.defaultInit };
  }

  private lower(application: Application, builder: GraphBuilder, values: readonly number[], types: readonly TensorType[], lengths: ReadonlyMap<string, number>, weighed: number | null): number {
    const operands = application.operands.map((operand) => at(types, operand));
    const signature = layers[application.layer];
    const weights = declareWeights(application, signature.weights(operands, application.options), this.weights, this.reach, this.defaultInit);
    const place = { path: application.path, hint: null, origin: this.placeOf(application) };
    const lengthOf = operands.map(({ ragged }) => (ragged === undefined ? null : (lengths.get(ragged) ?? null)));
    const value = lowerings[application.layer](new Lowering(builder, place, application.options, application.operands.map((operand) => at(values, operand)), weights, application.frozen, lengthOf, weighed));
    const result = builder.typeOf(value);
    invariant(sameShape(result.shape, application.type.shape), `the shape of ${application.layer} is [${application.type.shape.join(", ")}], lowered [${result.shape.join(", ")}]`);
    return value;
  }

  /** The innermost place in the run's own file: a line in a library says less than the call of it. */
  private placeOf(application: Application): Origin {
    return [application.origin, ...application.callers].find((origin) => origin.file === this.file) ?? application.origin;
  }
}

function toValueType({ dtype, shape, batched }: TensorType): ValueType {
  return { dtype, shape, batched };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  invariant(item !== undefined, `value ${index} is defined before it is used`);
  return item;
}
