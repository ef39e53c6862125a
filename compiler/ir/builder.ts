// Builds graphs op by op, computing each result's type. An op that does not fit is a fault of the lowering, not of the program.

import { invariant } from "../invariant.js";
import type { Origin } from "../source/source.js";
import { checkAttributes } from "./attributes.js";
import { inferType } from "./infer-types.js";
import type { Attribute, Graph, Op, ValueType, Weight } from "./module.js";
import type { OpKind } from "./ops.js";

/** The origin of what stands nowhere in a source. */
export const nowhere: Origin = { file: "", span: { start: 0, end: 0 } };

/** What an op carries besides its meaning. */
export interface Place {
  readonly path: string;
  readonly hint: string | null;
  readonly origin: Origin;
}

/** The weights of a module under construction, shared by its graphs. */
export class WeightTable {
  private readonly byPath = new Map<string, Weight>();

  /** Adds a weight unless the path is there already (a layer applied twice). */
  declare(weight: Weight): void {
    if (!this.byPath.has(weight.path)) this.byPath.set(weight.path, weight);
  }

  readonly get = (path: string): Weight | undefined => this.byPath.get(path);

  list(): readonly Weight[] {
    return [...this.byPath.values()];
  }
}

/** One graph under construction. Values are numbers: inputs first, then one per op. */
export class GraphBuilder {
  private readonly ops: Op[] = [];
  private readonly types: ValueType[];

  constructor(
    private readonly name: Graph["name"],
    private readonly inputs: Graph["inputs"],
    private readonly weights: WeightTable,
  ) {
    this.types = inputs.map((input) => input.type);
  }

  /** Appends an op and returns its value. */
  op(kind: OpKind, operands: readonly number[], attributes: Readonly<Record<string, Attribute>>, place: Place): number {
    const problems = checkAttributes(kind, attributes);
    invariant(problems.length === 0, `the attributes of an op fit: ${problems.join("; ")}`);
    const inferred = inferType(kind, operands.map((operand) => this.typeOf(operand)), { attributes, weight: this.weights.get });
    invariant(typeof inferred !== "string", `the operands of ${kind} fit${place.path === "" ? "" : ` at ${place.path}`}: ${String(inferred)}`);
    this.types.push(inferred);
    return this.inputs.length + this.ops.push({ kind, operands, attributes, type: inferred, ...place }) - 1;
  }

  typeOf(value: number): ValueType {
    const type = this.types[value];
    invariant(type !== undefined, `value ${value} exists`);
    return type;
  }

  /** Gives the op of a value a name for readable output; inputs keep theirs. */
  nameValue(value: number, hint: string | null): void {
    const index = value - this.inputs.length;
    const op = this.ops[index];
    if (op !== undefined) this.ops[index] = { ...op, hint };
  }

  /** The finished graph. */
  build(outputs: Graph["outputs"]): Graph {
    return { name: this.name, inputs: this.inputs, ops: this.ops, outputs };
  }
}
