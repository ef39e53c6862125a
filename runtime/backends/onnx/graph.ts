// What a run computes, apart from the numbers: nodes in order, joined by slots. It is made of what was recorded, gives the key of a
// session, and can be compared, repeated and compiled without any tensor at hand.

import type { KernelDefinition, OutputSpec } from "./definition.js";
import type { DataType } from "./pool.js";
import type { RecordedNode } from "./recorder.js";
import { isSameShape, type Value } from "./value.js";

/** Where an operand comes from, and the shape it is used in. */
export interface SlotUse {
  readonly slot: number;
  readonly shape: readonly number[];
}

export interface GraphNode {
  readonly definition: KernelDefinition;
  readonly inputs: readonly SlotUse[];
  readonly params: readonly number[];
  readonly specs: readonly OutputSpec[];
  /** The slots of its outputs. */
  readonly outputs: readonly number[];
  /** What the recording program was doing, for errors. */
  readonly label: string | null;
}

/** Numbers that a run reads. */
export interface Feed extends SlotUse {
  readonly dtype: DataType;
}

/** A slot whose numbers a run gives. */
export interface Fetch {
  readonly slot: number;
  readonly spec: OutputSpec;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly feeds: readonly Feed[];
  readonly fetches: readonly Fetch[];
}

/** A graph and the values that its feeds and fetches stood for when it was recorded. */
export interface Bound {
  readonly graph: Graph;
  readonly fed: readonly Value[];
  readonly fetched: readonly Value[];
}

/** The graph of recorded nodes; what `isFetched` holds for is given back. Leaves no mark on the values. */
export function graphOf(recorded: readonly RecordedNode[], isFetched: (value: Value) => boolean): Bound {
  const nodes: GraphNode[] = [];
  const [feeds, fed]: [Feed[], Value[]] = [[], []];
  const [fetches, fetched]: [Fetch[], Value[]] = [[], []];
  const places = new Map<Value, SlotUse[]>();
  let slots = 0;
  for (const { definition, inputs, params, specs, outputs, label } of recorded) {
    const uses = inputs.map(({ value, shape }): SlotUse => {
      if (value.slot !== -1) return { slot: value.slot, shape };
      // Numbers that are read in several shapes are fed once in each: the engine would copy them to reshape them.
      const known = places.get(value) ?? [];
      if (known.length === 0) places.set(value, known);
      const use = known.find((one) => isSameShape(one.shape, shape)) ?? { slot: slots++, shape };
      if (!known.includes(use)) {
        known.push(use);
        feeds.push({ ...use, dtype: value.dtype as DataType });
        fed.push(value);
      }
      return use;
    });
    const given = outputs.map((value, i) => {
      const spec = specs[i];
      if (spec === undefined) throw new Error("an output without a shape");
      value.slot = slots++;
      if (isFetched(value)) {
        fetches.push({ slot: value.slot, spec });
        fetched.push(value);
      }
      return value.slot;
    });
    nodes.push({ definition, inputs: uses, params, specs, outputs: given, label });
  }
  for (const { outputs } of recorded) for (const value of outputs) value.slot = -1;
  return { graph: { nodes, feeds, fetches }, fed, fetched };
}

const dtypeNumbers = { float32: 0, int32: 1, bool: 2 } as const;
const ids = new WeakMap<KernelDefinition, number>();
let knownIds = 0;

function idOf(definition: KernelDefinition): number {
  const known = ids.get(definition);
  if (known !== undefined) return known;
  ids.set(definition, knownIds);
  return knownIds++;
}

/** All that the compiled form depends on, as numbers: graphs of equal keys compute the same. */
export function keyOf({ nodes, feeds, fetches }: Graph): readonly number[] {
  const key: number[] = [nodes.length, feeds.length, fetches.length];
  for (const { slot, shape, dtype } of feeds) key.push(slot, dtypeNumbers[dtype], shape.length, ...shape);
  for (const { slot } of fetches) key.push(slot);
  for (const { definition, inputs, params, specs, outputs } of nodes) {
    key.push(idOf(definition), params.length, ...params, inputs.length);
    for (const { slot, shape } of inputs) key.push(slot, shape.length, ...shape);
    key.push(outputs.length);
    for (const [i, slot] of outputs.entries()) {
      const { shape, dtype } = specs[i] ?? { shape: [], dtype: "float32" };
      key.push(slot, dtypeNumbers[dtype], shape.length, ...shape);
    }
  }
  return key;
}

export function isSameGraph(a: Graph, b: Graph): boolean {
  return isSameShape(keyOf(a), keyOf(b));
}
