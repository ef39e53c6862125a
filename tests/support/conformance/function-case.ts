// A function of tensors as a case of the battery: its values and gradients against references, its gradients against finite differences along
// directions, all computed on the backend in use and read asynchronously.

import * as tf from "@tensorflow/tfjs-core";
import * as sop from "../../../runtime/index.js";
import { distance, unpack, type Packed } from "../numeric.js";
import { within, worse, type Case, type Compute, type Kind, type Outcome, type Trial } from "./case.js";
import type { Given } from "./ops.js";

export interface FunctionCase {
  readonly kind: Kind;
  readonly of: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly run: (given: Given) => tf.Tensor;
  /** Inputs that have a gradient. */
  readonly differentiated: readonly string[];
  /** Whether there is a gradient on the backend in use; absent: there is. */
  readonly hasGradient?: () => boolean;
  readonly expected: Expected;
  /** How differences are taken; null: a kink is near. */
  readonly step: Step | null;
  /** Largest errors of values and gradients against the reference. */
  readonly tolerance: readonly [values: number, gradients: number];
}

export interface Expected {
  readonly output: Packed;
  /** What the outputs are multiplied by before they are added up to the number whose gradient is taken; null: by 1. */
  readonly cotangent: Packed | null;
  readonly gradients: Readonly<Record<string, Packed>>;
}

export interface Step {
  /** How far a difference looks: a power of 2, so that float32 takes most steps exactly. */
  readonly by: number;
  /** Has the function no terms above the second power? Then two values give the slope, however far they are apart. */
  readonly isQuadratic: boolean;
}

/** Beyond this a gradient is wrong, whatever the backend rounds: one that is 1% too large is not within it on CPUs. */
export const slopeTolerance = 1e-3;

/** Gradients by input, and slopes along directions to compare them with. */
export interface Slopes {
  readonly gradients: Arrays;
  readonly along: readonly Slope[];
}

/** Numbers by input. */
type Arrays = Readonly<Record<string, Float32Array>>;

interface Slope {
  /** Plus and minus 1 for the numbers of the inputs that move. */
  readonly direction: Arrays;
  readonly slope: number;
}

/** The case of a function. */
export function functionCase(given: FunctionCase): Case {
  const hasGradient = given.differentiated.length > 0;
  // Both checks of a gradient look at the same one.
  const found = new WeakMap<Trial, Promise<Arrays>>();
  const gradients = (trial: Trial): Promise<Arrays> => {
    const known = found.get(trial) ?? gradientsOf(given, trial.compute);
    found.set(trial, known);
    return known;
  };
  return {
    kind: given.kind,
    of: given.of,
    name: given.name,
    forward: (trial) => valueOutcome(given, trial),
    gradient: hasGradient ? (trial) => gradientOutcome(given, trial, gradients) : null,
    differences: hasGradient && given.step !== null ? (trial) => differenceOutcome(given, trial, gradients) : null,
  };
}

async function valueOutcome(given: FunctionCase, { compute, looseness }: Trial): Promise<Outcome> {
  const { output } = given.expected;
  const found = await valuesAt(given, {}, compute);
  if (found.shape.join() !== output.shape.join()) return `the shape is [${found.shape.join()}], not [${output.shape.join()}]`;
  return within(distance(found.values, output.data), given.tolerance[0] * looseness, "values");
}

async function gradientOutcome(given: FunctionCase, trial: Trial, gradientsIn: (trial: Trial) => Promise<Arrays>): Promise<Outcome | null> {
  if (!canDifferentiate(given, trial.compute)) return null;
  const { gradients } = given.expected;
  const found = await gradientsIn(trial);
  return given.differentiated.reduce<Outcome>((sofar, name) => worse(sofar, within(distance(found[name] ?? [], gradients[name]?.data ?? []), given.tolerance[1] * trial.looseness, `gradients of ${name}`)), 0);
}

async function differenceOutcome(given: FunctionCase, trial: Trial, gradientsIn: (trial: Trial) => Promise<Arrays>): Promise<Outcome | null> {
  if (!canDifferentiate(given, trial.compute)) return null;
  return within(slopeError(await slopesOf(given, trial.compute, await gradientsIn(trial))), slopeTolerance * trial.looseness, "gradients and finite differences");
}

/** On some backends a function may be a kernel of ours that needs no gradient. */
function canDifferentiate({ hasGradient = () => true }: FunctionCase, compute: Compute): boolean {
  return compute(hasGradient);
}

/** Slopes of each input along the signs of its gradient, and of all inputs together along random signs. */
export async function slopesOf(given: FunctionCase, compute: Compute, gradients: Arrays): Promise<Slopes> {
  const numbers = sop.stream(7, given.name);
  const signs = (own: Float32Array): Float32Array => Float32Array.from(own, () => (numbers.uniform() < 0.5 ? -1 : 1));
  // Along the signs all that a gradient has adds up, so that nothing of an error cancels; random ones see what it should have and has not.
  const steepest = (own: Float32Array): Float32Array => signs(own).map((sign, i) => Math.sign(own[i] ?? 0) || sign);
  const directions: readonly Arrays[] = [
    ...Object.entries(gradients).map(([name, own]) => ({ [name]: steepest(own) })),
    Object.fromEntries(Object.entries(gradients).map(([name, own]) => [name, signs(own)])),
  ];
  const along: Slope[] = [];
  for (const direction of directions) along.push({ direction, slope: await slopeAlong(given, direction, compute) });
  return { gradients, along };
}

/**
 * The largest difference of slopes, relative to the length of the gradient of what moves or, if that is larger, to the slope. A gradient that
 * should be 0 is measured by the others, whose rounding it has.
 */
export function slopeError({ gradients, along }: Slopes): number {
  const length = (names: readonly string[]): number => Math.hypot(...names.map((name) => norm(gradients[name] ?? new Float32Array())));
  const least = Math.max(1 / 16, length(Object.keys(gradients)) / 32);
  return along.reduce((worst, { direction, slope }) => {
    const expected = Object.entries(direction).reduce((sum, [name, signs]) => sum + signs.reduce((part, sign, i) => part + sign * (gradients[name]?.[i] ?? NaN), 0), 0);
    const error = Math.abs(slope - expected) / Math.max(length(Object.keys(direction)), Math.abs(slope), least);
    return Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }, 0);
}

function norm(numbers: Float32Array): number {
  return Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
}

/** The slope along a direction, by differences of fourth order where two values do not do. */
async function slopeAlong(given: FunctionCase, direction: Arrays, compute: Compute): Promise<number> {
  const { by: step, isQuadratic } = given.step ?? { by: NaN, isQuadratic: false };
  const { cotangent } = given.expected;
  const at = async (by: number): Promise<Float32Array> => {
    const moved = Object.entries(direction).flatMap(([name, signs]) => {
      const packed = given.inputs[name];
      return packed === undefined ? [] : [[name, { ...packed, data: packed.data.map((value, i) => value + by * (signs[i] ?? NaN)) }] as const];
    });
    return (await valuesAt(given, Object.fromEntries(moved), compute)).values;
  };
  // Differences of single results are small numbers whose sum loses nothing, unlike those of sums.
  const slope = (up: Float32Array, down: Float32Array): number => up.reduce((sum, value, i) => sum + (value - (down[i] ?? NaN)) * (cotangent?.data[i] ?? 1), 0);
  const near = slope(await at(step), await at(-step));
  if (isQuadratic) return near / (2 * step);
  return (8 * near - slope(await at(2 * step), await at(-2 * step))) / (12 * step);
}

interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

async function valuesAt(given: FunctionCase, moved: Readonly<Record<string, Packed>>, compute: Compute): Promise<Values> {
  const result = compute(() => tf.tidy(() => given.run(unpacked({ ...given.inputs, ...moved }))));
  const values = Float32Array.from(await result.data());
  result.dispose();
  return { shape: result.shape, values };
}

/** Gradients by input. */
export async function gradientsOf(given: FunctionCase, compute: Compute): Promise<Arrays> {
  const { cotangent } = given.expected;
  const grads = compute(() =>
    tf.tidy(() => {
      const inputs = unpacked(given.inputs);
      const scalar = (): tf.Scalar => {
        const result = given.run(inputs);
        return tf.sum(cotangent === null ? result : tf.mul(result, unpack(cotangent)));
      };
      return tf.engine().gradients(scalar, given.differentiated.map((name) => inputs[name] ?? tf.scalar(NaN))).grads;
    }),
  );
  const read = await Promise.all(grads.map((grad) => grad.data()));
  tf.dispose(grads);
  return Object.fromEntries(given.differentiated.map((name, i) => [name, Float32Array.from(read[i] ?? [])]));
}

function unpacked(inputs: Readonly<Record<string, Packed>>): Given {
  return Object.fromEntries(Object.entries(inputs).map(([name, packed]) => [name, unpack(packed)]));
}
