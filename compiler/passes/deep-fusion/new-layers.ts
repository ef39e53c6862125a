// Depth: layers of the target that no source has. Where such a layer is added to what goes around it, it starts as the identity, with the weights
// of its last op at 0; the graph without it is what is put beside the sources.

import { sameShape } from "../../ir/value-types.js";
import { textAttribute } from "../../ir/attributes.js";
import type { Graph, Op } from "../../ir/module.js";
import type { OpKind } from "../../ir/ops.js";
import { placeOf } from "./alignment.js";
import type { FusionProblem } from "./problems.js";

/** The target as far as the sources go. */
export interface Reduced {
  readonly graph: Graph;
  /** Values of the target by number of the value here. */
  readonly values: readonly number[];
  /** Weights of new layers that start at 0. */
  readonly zeros: ReadonlySet<string>;
  /** Paths of the new layers. */
  readonly layers: readonly string[];
}

/** What became of a value: still there, of a new layer, or equal to another one at the start. */
type Fate = { readonly kind: "kept" } | { readonly kind: "new" } | { readonly kind: "same"; readonly as: number };

/** Takes out the layers that no source has, or says where that is not possible. */
export function withoutNewLayers(target: Graph, sources: readonly Graph[]): Reduced | FusionProblem {
  const known = new Set(sources.flatMap((source) => source.ops.map((op) => op.path)));
  const fates: Fate[] = target.inputs.map(() => ({ kind: "kept" }));
  const opOf = (value: number): Op | undefined => target.ops[value - target.inputs.length];
  const resolved = (value: number): number => {
    const fate = fates[value];
    return fate?.kind === "same" ? fate.as : value;
  };
  const isNew = (value: number): boolean => fates[value]?.kind === "new";
  const zeros = new Set<string>();
  const layers = new Set<string>();
  for (const op of target.ops) {
    const operands = op.operands.map(resolved);
    const isOwn = op.path !== "" && !known.has(op.path);
    if (isOwn) layers.add(op.path);
    if (!isOwn && !operands.some(isNew)) fates.push({ kind: "kept" });
    else if (!isOwn && op.path !== "") return notAdded(opOf(operands.find(isNew) ?? -1) ?? op);
    else {
      const around = wayAround(op, operands, isNew, opOf);
      const last = around === null ? null : operands.filter(isNew).map((value) => lastWeights(value, opOf));
      if (around === null || last === null || last.includes(null)) fates.push({ kind: "new" });
      else {
        last.flatMap((paths) => paths ?? []).forEach((path) => zeros.add(path));
        fates.push({ kind: "same", as: around });
      }
    }
  }
  const lost = target.outputs.find(({ value }) => isNew(resolved(value)));
  if (lost !== undefined) return notAdded(opOf(lost.value) ?? target.ops[0]);
  const values = fates.flatMap((fate, value) => (fate.kind === "kept" ? [value] : []));
  const numbers = new Map(values.map((value, index) => [value, index]));
  const renumber = (value: number): number => numbers.get(resolved(value)) ?? 0;
  const ops = values.flatMap((value) => opOf(value) ?? []).map((op) => ({ ...op, operands: op.operands.map(renumber) }));
  const outputs = target.outputs.map((output) => ({ ...output, value: renumber(output.value) }));
  return { graph: { ...target, ops, outputs }, values, zeros, layers: [...layers] };
}

/** The operand that the result is equal to where what is new is 0; null: there is none. */
function wayAround(op: Op, operands: readonly number[], isNew: (value: number) => boolean, opOf: (value: number) => Op | undefined): number | null {
  const kept = operands.filter((value) => !isNew(value));
  const [one] = kept;
  if (one === undefined || kept.length !== 1) return null;
  if (op.kind === "add" && operands.length === 2) return sameShape(opOf(one)?.type.shape ?? op.type.shape, op.type.shape) ? one : null;
  // What is not negative stays as it is.
  return op.kind === "relu" && opOf(one)?.kind === "relu" ? one : null;
}

/** Where the weights stand that make the result 0 when they are: positions of operands, or what to look at before. */
const last: { readonly [K in OpKind]?: { readonly weights: readonly number[] } | { readonly through: readonly number[] } } = {
  matmul: { weights: [1] },
  conv1d: { weights: [1] },
  conv2d: { weights: [1] },
  conv2d_transpose: { weights: [1] },
  depthwise_conv2d: { weights: [1] },
  project_heads: { weights: [1] },
  merge_heads: { weights: [1] },
  rms_norm: { weights: [1] },
  layer_norm: { weights: [1, 2] },
  group_norm: { weights: [1, 2] },
  batch_norm: { weights: [1, 2] },
  frozen_batch_norm: { weights: [1, 2] },
  add: { through: [0, 1] },
  sub: { through: [0, 1] },
  dropout: { through: [0] },
  reshape: { through: [0] },
  transpose: { through: [0] },
  neg: { through: [0] },
};

/** Paths of weights that make a value 0 when they are; null: there are none. */
function lastWeights(value: number, opOf: (value: number) => Op | undefined): readonly string[] | null {
  const op = opOf(value);
  const rule = op === undefined ? undefined : last[op.kind];
  if (op === undefined) return null;
  if (op.kind === "weight") return [textAttribute(op.attributes, "path")];
  if (rule === undefined) return null;
  const operands = ("weights" in rule ? rule.weights : rule.through).map((position) => op.operands[position] ?? -1);
  if ("weights" in rule && operands.some((operand) => opOf(operand)?.kind !== "weight")) return null;
  const found = operands.map((operand) => lastWeights(operand, opOf));
  return found.includes(null) ? null : found.flatMap((paths) => paths ?? []);
}

function notAdded(op: Op | undefined): FusionProblem {
  const place = op === undefined ? { path: "", what: "output", origin: { file: "", span: { start: 0, end: 0 } } } : placeOf(op);
  return { severity: "error", id: "layer-not-added", place, parameters: {} };
}
