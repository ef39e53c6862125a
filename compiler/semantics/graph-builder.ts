// Builds a graph: inputs and applications in order, with what diagnostics need to know of each.

import type { Origin } from "../source/source.js";
import type { Application, Graph, GraphInput, Overparam, Run, Start } from "./semantic-model.js";
import type { WeightSignature } from "./layers/layer.js";
import type { LayerKind } from "./layers/layers.js";
import type { TensorType } from "./types.js";
import type { TensorValue } from "./values.js";

type Draft = { -readonly [K in keyof Application]: Application[K] };

/** Layers that change no number. */
export const isTransparent: ReadonlySet<LayerKind> = new Set<LayerKind>(["reshape", "flatten", "cast"]);

export class GraphBuilder {
  readonly inputs: GraphInput[] = [];
  readonly inputNames = new Set<string>();
  readonly applications: Draft[] = [];
  readonly outputs: { readonly name: string; readonly value: TensorValue; readonly origin: Origin }[] = [];
  /** Where the size of an application's last axis is written as a plain number (`dense(64)`), by index. */
  readonly sizeLiterals = new Map<number, Origin>();
  /** Weights by path of layer, with the call that made them first. */
  readonly weights = new Map<string, { readonly weights: readonly WeightSignature[]; readonly copies: number; readonly frozen: boolean; readonly origin: Origin }>();
  /** Calls of models that start from others, once for each path. */
  readonly starts: Start[] = [];
  /** Inputs whose positions meet: they must be equally long in each example. */
  readonly aligned: (readonly [string, string])[] = [];
  /** What runs when the body is over: assertions about the whole model. */
  readonly deferred: (() => void)[] = [];
  /** What waits for a run of the model. */
  readonly budgets: ((run: Pick<Run, "instance" | "settings">) => void)[] = [];
  /** Values that a call of a block gave back, with the outermost such call, and values that were bound to `_`. */
  readonly returned = new Map<number, { readonly call: Origin; readonly index: number }>();
  readonly discarded = new Set<number>();
  /** Settings of `overparam` that reach a weight. */
  readonly reached = new Set<Overparam>();

  input(name: string, type: TensorType, origin: Origin): TensorValue {
    this.inputs.push({ name, type, origin });
    this.inputNames.add(name);
    return { kind: "tensor", ref: -this.inputs.length, type, origin, metric: false };
  }

  /** Adds an application; its operands are checked already. Operands keep their references until `finish`. */
  apply(draft: Draft, metric: boolean): TensorValue {
    this.applications.push(draft);
    return { kind: "tensor", ref: this.applications.length - 1, type: draft.type, origin: draft.origin, metric };
  }

  typeOf(ref: number): TensorType {
    const type = ref < 0 ? this.inputs[-ref - 1]?.type : this.applications[ref]?.type;
    return type ?? { dtype: "f32", shape: [], batched: true, below: null };
  }

  /** The input that a value is, up to its shape and dtype; null if it was computed. */
  inputBehind(ref: number): string | null {
    if (ref < 0) return this.inputs[-ref - 1]?.name ?? null;
    const application = this.applications[ref];
    const [operand] = application?.operands ?? [];
    return application === undefined || operand === undefined || !isTransparent.has(application.layer) ? null : this.inputBehind(operand);
  }

  /** Gives a value the name it is bound to, unless it has one. */
  name(value: TensorValue, name: string): void {
    const application = this.applications[value.ref];
    if (application !== undefined && application.name === null && !name.startsWith("_")) application.name = name;
  }

  /** The graph, with values numbered: inputs first, then applications. */
  finish(): Graph {
    const id = (ref: number): number => (ref < 0 ? -ref - 1 : this.inputs.length + ref);
    return {
      inputs: this.inputs,
      applications: this.applications.map((application) => ({ ...application, operands: application.operands.map(id) })),
      outputs: this.outputs.map(({ name, value, origin }) => ({ name, value: id(value.ref), origin })),
      ...(this.aligned.length === 0 ? {} : { aligned: distinct(this.aligned) }),
    };
  }
}

function distinct(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return [...new Map(pairs.map((pair) => [pair.join(" "), pair])).values()];
}
