// The state of optimizers that runs with `moments: fused` begin with: of which sources it is, and what it says of a weight.

import type { Checkpoint } from "../checkpoint/checkpoint.js";
import { ofOneKernel, slotsOf, type TrainedMoments } from "../training/carried.js";
import { UserError } from "./errors.js";
import type { Run } from "./run.js";

/** A source whose optimizer's state a run begins with; `name` is how the run's weights call it. */
export interface CarriedSource {
  readonly name: string;
  readonly run: Run;
  /** null: at its end. */
  readonly step: number | null;
}

/** The sources of a run whose optimizers' state it begins with; none where its own optimizer keeps nothing. */
export function carriedSourcesOf(run: Run): readonly CarriedSource[] {
  const carrying = Object.values(run.weights).filter((spec) => spec.trainable && spec.init.carry !== undefined && Object.keys(slotsOf(run.optimizer, spec)).length > 0);
  const names = new Set(carrying.flatMap(({ init }) => (init.sources ?? []).map(({ source }) => source)));
  return Object.entries(run.sources ?? {}).flatMap(([name, source]) => (names.has(name) && "run" in source ? [{ name, run: source.run, step: source.step ?? null }] : []));
}

/** What the optimizer kept of a weight of a run, by a checkpoint; null: the run does not train it. Throws a UserError if the checkpoint lacks it. */
export function momentsIn(run: Pick<Run, "name" | "weights" | "optimizer">, { position, tensors }: Checkpoint, weight: string): TrainedMoments | null {
  const spec = run.weights[weight];
  if (spec === undefined || !spec.trainable) return null;
  const slots = Object.entries(slotsOf(run.optimizer, spec)).map(([name, slot]) => {
    const found = tensors.get(`optimizer/${name}/${weight}`);
    if (found === undefined || found.shape.join() !== slot.shape.join()) throw new UserError(`The checkpoint of step ${position.step} of \`${run.name}\` has no \`optimizer/${name}/${weight}\` of this program.`, "Train it again with `--fresh`.");
    return [name, ofOneKernel(spec, slot, found.values)] as const;
  });
  return { slots: Object.fromEntries(slots), shape: spec.shape, count: position.step + (position.counts?.[weight] ?? 0) };
}
