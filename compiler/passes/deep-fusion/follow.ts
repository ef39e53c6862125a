// Follows the graph once for the layouts of all axes and once for the states of all values.

import type { Weight } from "../../ir/module.js";
import { textAttribute } from "../../ir/attributes.js";
import type { Aligned } from "./alignment.js";
import { AxisTable, type Axis } from "./axes.js";
import { isShared, type Layout } from "./layout.js";
import type { FusionProblem, Place } from "./problems.js";
import { relations } from "./relations.js";
import { scaled, type State } from "./state.js";
import type { Flow, Operand } from "./step.js";
import { transfers } from "./transfers.js";

/** Layouts of everything, solved. */
export interface Layouts {
  /** By number of the value. */
  readonly values: readonly (readonly Layout[])[];
  /** By path. */
  readonly weights: ReadonlyMap<string, readonly Layout[]>;
}

/** The layouts of all values and weights, or why there are none. */
export function findLayouts(aligned: Aligned, mayOutputsGrow: boolean): Layouts | readonly FusionProblem[] {
  const table = new AxisTable(aligned.sources.length);
  const problems: FusionProblem[] = [];
  const weights = new Map<string, readonly Axis[]>();
  for (const [path, { weight, sources }] of aligned.weights) weights.set(path, weightAxes(table, weight, sources));
  const { graph } = aligned;
  const origin = graph.ops[0]?.origin ?? { file: "", span: { start: 0, end: 0 } };
  const values: (readonly Axis[])[] = graph.inputs.map((input, index) => {
    const place: Place = { path: input.name, what: "input", origin };
    return input.type.shape.map((size, axis) => fixed(table, [size, ...aligned.sources.map((source) => source.inputs[index]?.type.shape[axis] ?? 0)], "input", place));
  });
  for (const { op, sources, place } of aligned.ops) {
    const path = op.kind === "weight" ? textAttribute(op.attributes, "path") : "";
    const report = (id: FusionProblem["id"], parameters: FusionProblem["parameters"]): void => void problems.push({ severity: "error", id, place, parameters });
    values.push(relations[op.kind]({ table, place, ops: [op, ...sources], operands: op.operands.map((operand) => values[operand] ?? []), weightAxes: weights.get(path) ?? [], report }));
    if (problems.length > 0) return problems;
  }
  for (const output of mayOutputsGrow ? [] : graph.outputs) {
    const op = aligned.ops[output.value - graph.inputs.length];
    for (const axis of values[output.value] ?? []) table.fix(axis, "output", { path: output.name, what: "output", origin: op?.op.origin ?? origin });
  }
  table.solve();
  if (table.problems.length > 0) return table.problems;
  const solved = values.map((axes) => axes.map((axis) => table.layout(axis)));
  const outer = aligned.ops.find((each, index) => each.op.kind !== "weight" && (solved[graph.inputs.length + index] ?? []).filter((layout) => !isShared(layout)).length > 1);
  if (outer !== undefined) return [{ severity: "error", id: "outer-product", place: outer.place, parameters: {} }];
  return { values: solved, weights: new Map([...weights].map(([path, axes]) => [path, axes.map((axis) => table.layout(axis))])) };
}

function weightAxes(table: AxisTable, weight: Weight, sources: readonly Weight[]): readonly Axis[] {
  const place: Place = { path: weight.path, what: "weight", origin: weight.origin };
  return weight.shape.map((size, axis) => {
    const sizes = [size, ...sources.map((source) => source.shape[axis] ?? 0)];
    return weight.axes[axis] === "fixed" ? fixed(table, sizes, `axis ${axis}`, place) : table.add(sizes, place);
  });
}

function fixed(table: AxisTable, sizes: readonly number[], name: string, place: Place): Axis {
  const axis = table.add(sizes, place);
  table.fix(axis, name, place);
  return axis;
}

/** The states of all values, by number; `flow` collects what the weights must be for them. */
export function findStates(aligned: Aligned, layouts: Layouts, flow: Flow): readonly State[] {
  const { inputs } = aligned.graph;
  const states: State[] = inputs.map(() => scaled(flow.factors.one));
  const paths: (string | null)[] = inputs.map(() => null);
  aligned.ops.forEach((each, index) => {
    const { op } = each;
    const operands = op.operands.map((value): Operand => ({ value, state: states[value] ?? { kind: "zero" }, layouts: layouts.values[value] ?? [], weight: paths[value] ?? null }));
    const result = layouts.values[inputs.length + index] ?? [];
    states.push(transfers[op.kind]({ flow, index, aligned: each, operands, result }));
    paths.push(op.kind === "weight" ? textAttribute(op.attributes, "path") : op.kind === "mix" ? (operands[0]?.weight ?? null) : null);
  });
  return states;
}
