// Several steps as one graph: what one step makes of the state is what the next reads.

import type { HostArray } from "./binding.js";
import type { KernelDefinition } from "./definition.js";
import type { Feed, Fetch, Graph, GraphNode, SlotUse } from "./graph.js";

/** What a feed is: a part of a tensor of the state or of an input, or a constant. */
export type Role =
  | { readonly kind: "state" | "input"; readonly name: string; readonly offset: number; readonly length: number; /** Which of the unrolled steps reads it. */ readonly step?: number }
  | { readonly kind: "constant"; readonly index: number };

/** An update of the state after the run. */
export interface Update {
  readonly definition: KernelDefinition;
  readonly params: readonly number[];
  /** Names of the state that it changes. */
  readonly targets: readonly string[];
  /** Fetches that it reads in its own memory. */
  readonly fetched: readonly number[];
  readonly small: readonly (Role | { readonly kind: "fetch"; readonly place: number })[];
}

/** A step's graph with the meaning of its feeds and fetches. */
export interface Step {
  readonly graph: Graph;
  readonly roles: readonly Role[];
  readonly constants: readonly HostArray[];
  readonly updates: readonly Update[];
  /** Fetch by name of the state that it replaces. */
  readonly next: ReadonlyMap<string, number>;
  /** Fetch by name of the output. */
  readonly outputs: ReadonlyMap<string, number>;
}

/** A step repeated; outputs of each. */
export interface Unrolled extends Omit<Step, "outputs"> {
  readonly steps: number;
  readonly outputs: readonly ReadonlyMap<string, number>[];
}

/** `steps` steps in a row, or why that cannot be. */
export function unrolled(step: Step, steps: number): Unrolled | { readonly obstacle: string } {
  const { graph, roles, constants, next, outputs } = step;
  if (steps === 1) return { ...step, steps, outputs: [outputs] };
  if (step.updates.length > 0) return { obstacle: "an update is between one step and the next" };
  const isPart = graph.feeds.some((feed, i) => roles[i]?.kind === "state" && !isWhole(roles[i], feed));
  if (isPart) return { obstacle: "it reads parts of its state" };
  const [nodes, feeds, allRoles]: [GraphNode[], Feed[], Role[]] = [[], [], []];
  const allOutputs: ReadonlyMap<string, number>[] = [];
  const fetches: Fetch[] = [];
  /** Slots that hold the state before the step. */
  let state = new Map<string, number>();
  const shared = new Map<number, number>();
  let slots = 0;
  for (let i = 0; i < steps; i++) {
    const slotOf = new Map<number, number>();
    for (const [place, feed] of graph.feeds.entries()) {
      const role = roles[place];
      if (role === undefined) throw new Error("a feed without a role");
      const carried = role.kind === "state" ? state.get(role.name) : undefined;
      // Constants, and state as it was at the start or that never changes, are fed once.
      const known = carried ?? (role.kind === "input" ? undefined : shared.get(place));
      if (known !== undefined) {
        slotOf.set(feed.slot, known);
        continue;
      }
      const slot = slots++;
      slotOf.set(feed.slot, slot);
      feeds.push({ ...feed, slot });
      allRoles.push(role.kind === "input" ? { ...role, step: i } : role);
      if (role.kind !== "input") shared.set(place, slot);
    }
    const use = ({ slot, shape }: SlotUse): SlotUse => ({ slot: slotOf.get(slot) ?? -1, shape });
    for (const node of graph.nodes) {
      const inputs = node.inputs.map(use);
      const made = node.outputs.map((slot) => {
        slotOf.set(slot, slots);
        return slots++;
      });
      nodes.push({ ...node, inputs, outputs: made });
    }
    const fetched = (place: number): Fetch => {
      const fetch = graph.fetches[place];
      if (fetch === undefined) throw new Error("a result that is not fetched");
      return { slot: slotOf.get(fetch.slot) ?? -1, spec: fetch.spec };
    };
    state = new Map([...state, ...[...next].map(([name, place]): [string, number] => [name, fetched(place).slot])]);
    allOutputs.push(new Map([...outputs].map(([name, place]) => [name, fetches.push(fetched(place)) - 1])));
  }
  const last = new Map<string, number>();
  for (const [name, place] of next) {
    const spec = graph.fetches[place]?.spec;
    if (spec === undefined) throw new Error("a state that is not fetched");
    last.set(name, fetches.push({ slot: state.get(name) ?? -1, spec }) - 1);
  }
  return { graph: { nodes, feeds, fetches }, roles: allRoles, constants, updates: [], next: last, outputs: allOutputs, steps };
}

function isWhole(role: Role | undefined, { shape }: Feed): boolean {
  return role?.kind === "state" && role.offset === 0 && role.length === shape.reduce((size, n) => size * n, 1);
}
