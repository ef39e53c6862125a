// What each call of a layer or block costs in the models that a program builds, by the place of the call. Counts are those of the summary.

import { costsOf, isMade, type LayerCost } from "../../semantics/costs.js";
import { asTrained } from "../../semantics/fusion/fused-reach.js";
import type { Application, Instance, Overparam } from "../../semantics/semantic-model.js";
import { instanceTitle } from "../instance-title.js";
import { placeKey } from "./place-key.js";

/** Of all uses of one place in one model. */
export interface PlaceCost {
  /** The model with its options. */
  readonly title: string;
  /** Calls of this place: turns of a `repeat`, calls of the block around. */
  readonly uses: number;
  readonly weightsTrained: number;
  readonly weightsShipped: number;
  readonly flops: number;
  /** Paths of the calls, the first few. */
  readonly paths: readonly string[];
}

/** An `overparam` in one model. */
export interface ReachCost {
  readonly title: string;
  readonly overparam: Overparam;
  /** Layers whose kernels it reaches. */
  readonly paths: readonly string[];
  /** Numbers of these layers. */
  readonly weightsTrained: number;
  readonly weightsShipped: number;
}

export interface CostIndex {
  /** By file and place of calls. */
  readonly calls: ReadonlyMap<string, readonly PlaceCost[]>;
  /** By file and place of annotations. */
  readonly reaches: ReadonlyMap<string, readonly ReachCost[]>;
}

/** Paths that are kept of a place. */
const most = 6;

type Open<T> = { -readonly [K in keyof T]: T[K] };
interface OpenCost extends Open<Omit<PlaceCost, "paths">> {
  readonly seen: Set<string>;
}

/** Walks all models once. */
export function indexCosts(instances: readonly Instance[]): CostIndex {
  const calls = new Map<string, PlaceCost[]>();
  const reaches = new Map<string, ReachCost[]>();
  for (const instance of instances) {
    const { calls: own, reaches: ownReaches } = costsIn(instance);
    for (const [key, { seen, ...cost }] of own) push(calls, key, { ...cost, uses: seen.size, paths: [...seen].slice(0, most) });
    for (const [key, reach] of ownReaches) push(reaches, key, reach);
  }
  return { calls, reaches };
}

function push<T>(into: Map<string, T[]>, key: string, value: T): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [value]);
  else known.push(value);
}

function costsIn(instance: Instance): { readonly calls: ReadonlyMap<string, OpenCost>; readonly reaches: ReadonlyMap<string, ReachCost> } {
  const title = instanceTitle(instance);
  const calls = new Map<string, OpenCost>();
  const reaches = new Map<string, Open<ReachCost>>();
  const add = (key: string, path: string, cost: LayerCost): void => {
    let open = calls.get(key);
    if (open === undefined) calls.set(key, (open = { title, uses: 0, weightsTrained: 0, weightsShipped: 0, flops: 0, seen: new Set() }));
    open.seen.add(path);
    open.weightsTrained += cost.weightsTrained;
    open.weightsShipped += cost.weightsShipped;
    open.flops += cost.flops;
  };
  const costs = costsOf(instance.graph);
  instance.graph.applications.forEach((application, index) => {
    const cost = costs[index];
    if (cost === undefined || isMade(application)) return;
    const { origin, callers, path } = application;
    add(placeKey(origin), path === "" ? `${application.within} ${index}` : path, cost);
    const around = pathsAround(application);
    callers.forEach((caller, i) => add(placeKey(caller), around[i] ?? "", cost));
    if (cost.overparam !== null) reach(reaches, title, asTrained(instance, path, cost.overparam) ?? cost.overparam, cost);
  });
  return { calls, reaches };
}

function reach(reaches: Map<string, Open<ReachCost>>, title: string, overparam: Overparam, cost: LayerCost): void {
  const key = placeKey(overparam.origin);
  let open = reaches.get(key);
  if (open === undefined) reaches.set(key, (open = { title, overparam, paths: [], weightsTrained: 0, weightsShipped: 0 }));
  open.paths = [...open.paths, cost.path];
  open.weightsTrained += cost.weightsTrained;
  open.weightsShipped += cost.weightsShipped;
}

/** The paths of the calls of blocks around an application, innermost first: turns of `repeat` in between have no call. */
function pathsAround({ within, callers }: Pick<Application, "within" | "callers">): readonly string[] {
  let parts = within === "" ? [] : within.split(".");
  return callers.map(() => {
    while (parts.length > 1 && /^\d+$/.test(parts[parts.length - 1] ?? "") && /^repeat_\d+$/.test(parts[parts.length - 2] ?? "")) parts = parts.slice(0, -2);
    const path = parts.join(".");
    parts = parts.slice(0, -1);
    return path;
  });
}
