// Puts target and sources side by side: ops in order, each with its counterparts. Kinds, paths and all options that are not sizes must be equal.

import type { Attribute, Graph, Module, Op, Weight } from "../../ir/module.js";
import type { OpKind } from "../../ir/ops.js";
import type { FusionProblem, Place } from "./problems.js";

/** An op of the target with those of the sources. */
export interface AlignedOp {
  readonly op: Op;
  readonly sources: readonly Op[];
  readonly place: Place;
}

export interface Aligned {
  readonly graph: Graph;
  /** Graphs of the sources. */
  readonly sources: readonly Graph[];
  readonly ops: readonly AlignedOp[];
  /** Weights of the target by path, with those of the sources. */
  readonly weights: ReadonlyMap<string, { readonly weight: Weight; readonly sources: readonly Weight[] }>;
}

/** Attributes that follow from sizes, or are compared elsewhere. */
const mayDiffer: { readonly [K in OpKind]?: readonly string[] } = {
  constant: ["value"],
  reshape: ["shape"],
  slice: ["start", "length"],
  pad: ["before", "after"],
  conv1d: ["groups"],
  conv2d: ["groups"],
  group_norm: ["groups"],
  layer_norm: ["segments"],
  rms_norm: ["segments"],
};

export interface NamedModule {
  readonly name: string;
  readonly module: Module;
}

/** The graphs side by side, or the first difference to each source. `graph` is the target's, without layers that no source has. */
export function align(target: Module, graph: Graph, sources: readonly NamedModule[]): Aligned | readonly FusionProblem[] {
  const others = sources.map(({ module }) => forwardOf(module));
  // A source that is named twice differs once.
  const firsts = sources.map(({ name }, index) => sources.findIndex((each) => each.name === name) === index);
  const problems = others.flatMap((other, index) => (firsts[index] === true ? differences(graph, other, sources[index]?.name ?? "").slice(0, 1) : []));
  const weights = new Map<string, { readonly weight: Weight; readonly sources: readonly Weight[] }>();
  const byPath = sources.map(({ module }) => new Map(module.weights.map((weight) => [weight.path, weight])));
  const read = new Set(graph.ops.map((op) => op.attributes["path"]));
  for (const weight of target.weights.filter(({ path }) => read.has(path))) {
    const found = byPath.map((each) => each.get(weight.path));
    const known = found.filter((each) => each !== undefined);
    const missing = sources[found.findIndex((each) => each === undefined)];
    if (missing === undefined) weights.set(weight.path, { weight, sources: known });
    else if (problems.length === 0) problems.push(difference({ path: weight.path, what: "weight", origin: weight.origin }, missing.name, "a weight", "none"));
  }
  if (problems.length > 0) return problems;
  const ops = graph.ops.map((op, index): AlignedOp => ({ op, sources: others.flatMap((other) => other.ops[index] ?? []), place: placeOf(op) }));
  return { graph, sources: others, ops, weights };
}

export function placeOf(op: Op): Place {
  return { path: op.path, what: op.kind, origin: op.origin };
}

/** The graph from inputs to outputs. */
export function forwardOf(module: Module): Graph {
  return module.graphs.find((graph) => graph.name === "forward") ?? { name: "forward", inputs: [], ops: [], outputs: [] };
}

function difference(place: Place, source: string, expected: string, found: string): FusionProblem {
  return { severity: "error", id: "graphs-differ", place, parameters: { source, expected, found } };
}

function differences(target: Graph, source: Graph, name: string): readonly FusionProblem[] {
  const nowhere = { file: "", span: { start: 0, end: 0 } };
  const begin: Place = { path: "", what: "input", origin: target.ops[0]?.origin ?? nowhere };
  const problems: FusionProblem[] = [];
  const names = (list: readonly { readonly name: string }[]): string => list.map((each) => each.name).join(", ");
  if (names(target.inputs) !== names(source.inputs)) problems.push(difference(begin, name, names(target.inputs), names(source.inputs)));
  for (let index = 0; index < Math.max(target.ops.length, source.ops.length); index++) {
    const [op, other] = [target.ops[index], source.ops[index]];
    const place = placeOf(op ?? target.ops.at(-1) ?? other ?? { kind: "constant", operands: [], attributes: {}, type: { dtype: "f32", shape: [], batched: false }, path: "", hint: null, origin: nowhere });
    if (op === undefined || other === undefined || describe(op) !== describe(other)) {
      problems.push(difference(place, name, op === undefined ? "the end" : describe(op), other === undefined ? "the end" : describe(other)));
      break;
    }
    const odd = Object.keys({ ...op.attributes, ...other.attributes }).find((key) => !(mayDiffer[op.kind] ?? []).includes(key) && text(op.attributes[key]) !== text(other.attributes[key]));
    if (odd !== undefined) problems.push(difference(place, name, `${odd}: ${text(op.attributes[odd])}`, `${odd}: ${text(other.attributes[odd])}`));
    else if (op.operands.join() !== other.operands.join() || op.type.shape.length !== other.type.shape.length || op.type.dtype !== other.type.dtype || op.type.batched !== other.type.batched)
      problems.push(difference(place, name, "other operands", "these operands"));
  }
  const results = (graph: Graph): string => graph.outputs.map((output) => `${output.name} %${output.value}`).join(", ");
  if (problems.length === 0 && results(target) !== results(source)) problems.push(difference({ ...begin, what: "output" }, name, names(target.outputs), names(source.outputs)));
  return problems;
}

function describe(op: Op): string {
  return op.path === "" ? op.kind : `${op.kind} of ${op.path}`;
}

function text(attribute: Attribute | undefined): string {
  return attribute === undefined ? "none" : String(attribute);
}
