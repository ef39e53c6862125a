// Weights of applications, and which of them an `overparam` reaches: a side table for the majority-kernels pass.

import type { KernelSet, Weight } from "../ir/module.js";
import type { WeightTable } from "../ir/builder.js";
import type { WeightSignature } from "../semantics/layers/layer.js";
import type { Application, Overparam } from "../semantics/semantic-model.js";

/** The kernel sets to make, by path of the weight. */
export type Reach = ReadonlyMap<string, KernelSet>;

/**
 * Declares the weights of an application and records which are in reach, and of which of these nothing is said of initial values; returns their
 * paths by name. A layer applied twice has them once.
 */
export function declareWeights(application: Application, signatures: readonly WeightSignature[], weights: WeightTable, reach: Map<string, KernelSet>, defaultInit: Set<string>): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const signature of signatures) {
    const path = `${application.path}.${signature.name}`;
    paths.set(signature.name, path);
    if (weights.get(path) !== undefined) continue;
    const weight = toWeight(application, signature, path);
    weights.declare(weight);
    if (application.overparam === null || !isReached(weight, application.overparam)) continue;
    reach.set(path, toSet(application.overparam));
    if (!application.overparam.isInitGiven) defaultInit.add(path);
  }
  return paths;
}

function toWeight(application: Application, signature: WeightSignature, path: string): Weight {
  const l2 = application.options["l2"];
  return {
    path,
    role: signature.role,
    shape: signature.shape,
    axes: signature.axes,
    init: signature.init,
    trainable: signature.role !== "statistic" && !application.frozen,
    ...(typeof l2 === "number" && (signature.role === "kernel" || signature.role === "embedding") ? { l2 } : {}),
    set: null,
    origin: application.origin,
  };
}

function isReached(weight: Weight, overparam: Overparam): boolean {
  return weight.trainable && overparam.copies > 1 && (weight.role === "kernel" || (weight.role === "embedding" && overparam.embeddings));
}

function toSet({ copies, mix, per, init, rate, moments, anneal }: Overparam): KernelSet {
  return { copies, mix, per, init, rate, moments, anneal };
}
