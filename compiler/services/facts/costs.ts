// What each call of a layer or block costs in the models that a program builds, by the place of the call. Counts are those of the summary.

import { costsOf, isMade, type LayerCost } from "../../semantics/costs.js";
import { asTrained } from "../../semantics/fusion/fused-reach.js";
import type { Application, Instance, Overparam } from "../../semantics/semantic-model.js";
import { remembered } from "../../semantics/remembered.js";
import type { Origin } from "../../source/source.js";
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

/** Of one model. */
export interface InstanceCosts {
  /** By file and place of calls. */
  readonly calls: ReadonlyMap<string, PlaceCost>;
  /** By file and place of annotations. */
  readonly reaches: ReadonlyMap<string, ReachCost>;
  readonly weightsTrained: number;
  readonly weightsShipped: number;
  readonly flops: number;
}

type Open<T> = { -readonly [K in keyof T]: T[K] };
interface OpenCost extends Open<Omit<PlaceCost, "uses">> {
  readonly seen: Set<string>;
}

interface OpenReach extends Open<Omit<ReachCost, "paths">> {
  readonly paths: string[];
}

/** What a call costs in the models that have it: only these are walked. */
export function callCosts(instances: readonly Instance[], origin: Origin): readonly PlaceCost[] {
  const key = placeKey(origin);
  return instances.flatMap((instance) => (hasCall(instance, origin) ? (costsIn(instance).calls.get(key) ?? []) : []));
}

/** What an annotation reaches, by the models that have it. */
export function reachCosts(instances: readonly Instance[], origin: Origin): readonly ReachCost[] {
  const key = placeKey(origin);
  return instances.flatMap((instance) => (instance.graph.applications.some(({ overparam }) => overparam !== null && isAt(overparam.origin, origin)) ? (costsIn(instance).reaches.get(key) ?? []) : []));
}

function hasCall({ graph }: Instance, origin: Origin): boolean {
  return graph.applications.some((application) => isAt(application.origin, origin) || application.callers.some((caller) => isAt(caller, origin)));
}

function isAt(a: Origin, b: Origin): boolean {
  return a.span.start === b.span.start && a.span.end === b.span.end && a.file === b.file;
}

/** Walks a model once. */
export const costsIn = remembered((instance: Instance): InstanceCosts => {
  const title = instanceTitle(instance);
  const calls = new Map<string, OpenCost>();
  const reaches = new Map<string, OpenReach>();
  const total = { weightsTrained: 0, weightsShipped: 0, flops: 0 };
  const add = (key: string, path: string, cost: LayerCost): void => {
    let open = calls.get(key);
    if (open === undefined) calls.set(key, (open = { title, weightsTrained: 0, weightsShipped: 0, flops: 0, seen: new Set() }));
    open.seen.add(path);
    count(open, cost);
  };
  const costs = costsOf(instance.graph);
  instance.graph.applications.forEach((application, index) => {
    const cost = costs[index];
    if (cost === undefined || isMade(application)) return;
    const { origin, callers, path } = application;
    count(total, cost);
    add(placeKey(origin), path === "" ? `${application.within} ${index}` : path, cost);
    const around = callers.length === 0 ? [] : pathsAround(application);
    callers.forEach((caller, i) => add(placeKey(caller), around[i] ?? "", cost));
    if (cost.overparam !== null) reach(reaches, title, asTrained(instance, path, cost.overparam) ?? cost.overparam, cost);
  });
  return { calls: new Map([...calls].map(([key, { seen, ...cost }]) => [key, { ...cost, uses: seen.size }])), reaches, ...total };
});

function count(into: Open<Pick<LayerCost, "weightsTrained" | "weightsShipped" | "flops">>, cost: LayerCost): void {
  into.weightsTrained += cost.weightsTrained;
  into.weightsShipped += cost.weightsShipped;
  into.flops += cost.flops;
}

function reach(reaches: Map<string, OpenReach>, title: string, overparam: Overparam, cost: LayerCost): void {
  const key = placeKey(overparam.origin);
  let open = reaches.get(key);
  if (open === undefined) reaches.set(key, (open = { title, overparam, paths: [], weightsTrained: 0, weightsShipped: 0 }));
  open.paths.push(cost.path);
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
