// Optimizers as cases: steps on small problems against PyTorch's (references/optimizers.json and recurrent.json) and, of `rk`, against the formulas
// in double precision.

import * as tf from "@tensorflow/tfjs-core";
import * as sop from "../../../runtime/index.js";
import { distance, unpack, type Packed } from "../numeric.js";
import { within, worse, type Case, type Compute, type Outcome, type Trial } from "./case.js";
import { referenceFile } from "./references.js";
import { byHand, smooth, variants, type RkReference } from "./rk-by-hand.js";

interface Trajectory {
  readonly name: keyof typeof optimizers;
  readonly options: never;
  readonly start: Packed;
  readonly a: Packed;
  readonly b: Packed;
  readonly steps: readonly (readonly number[])[];
}

const optimizers = { sgd: sop.sgd, adam: sop.adam, adamw: sop.adamw, adagrad: sop.adagrad, rmsprop: sop.rmsprop, lion: sop.lion };

/** Initial values as they are given. */
export const given = (values: ArrayLike<number>): sop.Initializer => ({ variance: 0, fill: (out) => (out.set(values), out) });

/** sum (a w^2 / 2 + b w). */
export const quadratic = (a: tf.Tensor, b: tf.Tensor): sop.LossTerms<{ w: sop.WeightSpec }> => ({ w }) => ({ loss: tf.sum(tf.add(tf.mul(tf.mul(a, tf.square(w)), 0.5), tf.mul(b, w))) });

type Small = { w: sop.WeightSpec };

/** Takes steps one by one and reads the state after each. */
export async function* walk(settings: Pick<sop.TrainingSettings<Small>, "weights" | "optimizer"> & Partial<sop.TrainingSettings<Small>>, loss: () => sop.LossTerms<Small>, steps: number, compute: Compute): AsyncGenerator<Readonly<Record<string, Float32Array>>> {
  const training = compute(() => new sop.Training({ clip: null, l2: 0, seed: 1, totalSteps: steps, stepsPerEpoch: steps, ...settings }));
  for (let step = 0; step < steps; step++) {
    compute(() => tf.tidy(() => void training.descend(loss())));
    yield await read(training.tensors());
  }
  training.dispose();
}

async function read(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Readonly<Record<string, Float32Array>>> {
  return Object.fromEntries(await Promise.all(Object.entries(tensors).map(async ([name, tensor]) => [name, Float32Array.from(await tensor.data())] as const)));
}

/** The cases. */
export function optimizerCases(): readonly Case[] {
  const { trajectories } = referenceFile("recurrent") as { readonly trajectories: readonly Trajectory[] };
  const stored = [...(referenceFile("optimizers") as readonly Trajectory[]), ...trajectories];
  return [...stored.map(trajectoryCase), ...Object.entries(variants).flatMap(([name, variant]) => ([1, 2, 3, 4] as const).map((order) => rkCase(name, { ...variant, order, c: 0.15 })))];
}

function trajectoryCase(trajectory: Trajectory): Case {
  const { name, options, start, a, b, steps } = trajectory;
  const settings = { weights: { w: sop.kernel(start.shape, given(start.data)) }, optimizer: optimizers[name](options), seed: 0, totalSteps: 100, stepsPerEpoch: 10 };
  return {
    kind: "optimizer",
    of: name,
    name: `${name} ${JSON.stringify(options)}`,
    forward: async ({ compute, looseness }) => {
      let [outcome, step]: [Outcome, number] = [0, 0];
      for await (const state of walk(settings, () => quadratic(unpack(a), unpack(b)), steps.length, compute)) {
        outcome = worse(outcome, within(distance(state["weights/w"] ?? [], steps[step] ?? []), 3e-6 * looseness, `weights after step ${step}`));
        step++;
      }
      return outcome;
    },
    gradient: null,
    differences: null,
  };
}

function rkCase(variant: string, reference: RkReference): Case {
  const { order, c, momentum = 0, precondition = false, clip, l2 = 0 } = reference;
  // With one stage there is no curvature to follow.
  const power = order === 1 ? undefined : reference.power;
  const options: sop.RkOptions = { lr: c, order, batches: "same", momentum, precondition, adaptive: reference.power !== undefined, power: reference.power ?? 1 };
  const settings = { weights: { w: sop.kernel([2], given(smooth.start)) }, optimizer: sop.rk(options), clip: clip === undefined ? null : { norm: clip }, l2 };
  return {
    kind: "optimizer",
    of: "rk",
    name: `rk of order ${order}, ${variant}`,
    forward: async (trial) => rkOutcome(settings, { order, c, momentum, precondition, l2, ...(power === undefined ? {} : { power }), ...(clip === undefined ? {} : { clip }) }, trial),
    gradient: null,
    differences: null,
  };
}

async function rkOutcome(settings: Parameters<typeof walk>[0], reference: RkReference, { compute, looseness }: Trial): Promise<Outcome> {
  const steps = 8;
  const expected = byHand(reference, steps);
  let last: Readonly<Record<string, Float32Array>> = {};
  for await (const state of walk(settings, () => smooth.loss, steps, compute)) last = state;
  const compared = (name: string, numbers: readonly number[], tolerance: number): Outcome => within(distance(last[name] ?? [], numbers), tolerance * looseness, name);
  return [
    compared("weights/w", expected.w, 3e-6),
    reference.precondition === true ? compared("optimizer/squares/w", expected.squares, 1e-5) : 0,
    // A difference of two gradients, over a small step. It has few digits, and is no error of the weights.
    reference.power === undefined ? 0 : withoutError(compared("optimizer/curvature", [expected.v], 2e-3)),
  ].reduce(worse);
}

function withoutError(outcome: Outcome): Outcome {
  return typeof outcome === "string" ? outcome : 0;
}
