// Kernel sets as cases: with every optimizer, steps of all copies against the composed formulas in double precision, and the fold against the mean.

import * as tf from "@tensorflow/tfjs-core";
import * as sop from "../../../runtime/index.js";
import { distance } from "../numeric.js";
import { within, worse, type Case, type Outcome, type Trial } from "./case.js";
import { given, quadratic, walk } from "./optimizers.js";

const [k, outputs, size, steps] = [3, 4, 8, 5];
const lr = 0.1;

/** One number of one copy, at the t-th step from 1 on: its weight, p_i G and G, the rate with its factor, and what the rule remembers of it. */
interface Update {
  readonly w: number;
  readonly own: number;
  readonly shared: number;
  readonly rate: number;
  readonly plainRate: number;
  readonly t: number;
  readonly memory: Record<string, number>;
}

interface Rule {
  /** The word of the language, and which of its forms. */
  readonly of: string;
  readonly form?: string;
  readonly optimizer: sop.Optimizer;
  /** Is the gradient the mean of that where the weights are and of that where it leads, as Heun has it? */
  readonly isHeun?: boolean;
  /** Does the factor of the rate follow where moments are? */
  readonly factor: "linear" | "moments" | "none";
  /** The number after the step; `square` is that of what second moments are of, `epsilon` as it is scaled. */
  readonly after: (update: Update, square: number, scale: number) => number;
}

const remember = (memory: Record<string, number>, name: string, next: (old: number) => number): number => (memory[name] = next(memory[name] ?? 0));

const sgd = (momentum: number, nesterov: boolean): Rule => ({
  of: "sgd",
  form: nesterov ? " with nesterov" : momentum > 0 ? " with momentum" : "",
  optimizer: sop.sgd({ lr, momentum, nesterov }),
  factor: "linear",
  after: ({ w, own, rate, memory }) => {
    const m = remember(memory, "m", (old) => momentum * old + own);
    return w - rate * (nesterov ? own + momentum * m : m);
  },
});

const adam = (weightDecay: number): Rule => ({
  of: weightDecay > 0 ? "adamw" : "adam",
  optimizer: weightDecay > 0 ? sop.adamw({ lr, betas: [0.8, 0.95], epsilon: 1e-3, weightDecay }) : sop.adam({ lr, betas: [0.8, 0.95], epsilon: 1e-3 }),
  factor: "moments",
  after: ({ w, own, rate, plainRate, t, memory }, square, scale) => {
    const m = remember(memory, "m", (old) => 0.8 * old + 0.2 * own) / (1 - 0.8 ** t);
    const v = remember(memory, "v", (old) => 0.95 * old + 0.05 * square) / (1 - 0.95 ** t);
    return (1 - plainRate * weightDecay) * w - (rate * m) / (Math.sqrt(v) + 1e-3 * scale);
  },
});

const rmsprop = (momentum: number): Rule => ({
  of: "rmsprop",
  form: momentum > 0 ? " with momentum" : "",
  optimizer: sop.rmsprop({ lr, alpha: 0.9, epsilon: 1e-3, momentum }),
  factor: "moments",
  after: ({ w, own, rate, memory }, square, scale) => {
    const u = own / (Math.sqrt(remember(memory, "v", (old) => 0.9 * old + 0.1 * square)) + 1e-3 * scale);
    return w - rate * remember(memory, "m", (old) => momentum * old + u);
  },
});

const rules: readonly Rule[] = [
  { ...sgd(0.5, false), of: "rk", form: " of order 2 with momentum", isHeun: true, optimizer: sop.rk({ lr, order: 2, batches: "same", momentum: 0.5, precondition: false, adaptive: false, power: 1 }) },
  sgd(0, false),
  sgd(0.9, false),
  sgd(0.9, true),
  adam(0),
  adam(0.3),
  rmsprop(0),
  rmsprop(0.8),
  {
    of: "adagrad",
    optimizer: sop.adagrad({ lr, epsilon: 1e-3 }),
    factor: "moments",
    after: ({ w, own, rate, memory }, square, scale) => w - (rate * own) / (Math.sqrt(remember(memory, "v", (old) => old + square)) + 1e-3 * scale),
  },
  {
    of: "lion",
    optimizer: sop.lion({ lr, betas: [0.8, 0.95], weightDecay: 0.3 }),
    factor: "none",
    after: ({ w, own, plainRate, memory }) => {
      const old = memory["m"] ?? 0;
      remember(memory, "m", () => 0.95 * old + 0.05 * own);
      return (1 - 0.3 * plainRate) * w - plainRate * Math.sign(0.8 * old + 0.2 * own);
    },
  },
];

/** The cases. */
export function kernelSetCases(): readonly Case[] {
  const ways = [["shared", "kernel"], ["shared", "output"], ["copies", "output"]] as const;
  return rules.flatMap((rule) =>
    ways.map(([moments, per]) => {
      const set: sop.KernelSet = { copies: k, mix: sop.dirichlet(1), per, init: sop.centred(0.5), rate: "mixture", moments, anneal: 0 };
      return { kind: "method" as const, of: `overparam, ${rule.of}`, name: `${rule.of}${rule.form ?? ""} of a kernel set per ${per}, moments ${moments}`, forward: (trial: Trial) => outcomeOf(rule, set, trial), gradient: null, differences: null };
    }),
  );
}

const numbers = (name: string, low: number, high: number): readonly number[] => {
  const stream = sop.stream(19, "kernel sets", name);
  return Array.from({ length: size }, () => Math.round((low + (high - low) * stream.uniform()) * 1024) / 1024);
};
const [a, b, start] = [numbers("a", 0.25, 2), numbers("b", -1.5, 1.5), numbers("start", -1.5, 1.5)];
const shape = [size / outputs, outputs];

async function outcomeOf(rule: Rule, set: sop.KernelSet, { compute, looseness }: Trial): Promise<Outcome> {
  const weights = { w: sop.kernelSet(k, sop.kernel(shape, given(start)), set) };
  const first = compute(() => sop.initialWeights(weights, 1));
  let copies: readonly number[] = [...((await first["w"]?.data()) ?? [])];
  tf.dispose(first);
  const memories = copies.map(() => ({}));
  let [outcome, step]: [Outcome, number] = [0, 0];
  for await (const state of walk({ weights, optimizer: rule.optimizer }, () => quadratic(tf.tensor(a, shape), tf.tensor(b, shape)), steps, compute)) {
    copies = stepped(rule, set, copies, memories, step);
    outcome = worse(outcome, within(distance(state["weights/w"] ?? [], copies), 1e-5 * looseness, `copies after step ${step}`));
    step++;
  }
  return outcome;
}

/** All copies after a step, one behind the other. */
function stepped(rule: Rule, set: sop.KernelSet, copies: readonly number[], memories: readonly Record<string, number>[], step: number): readonly number[] {
  const p = sop.drawMixing(set, shape, "w", 1, step, steps);
  const share = (copy: number, i: number): number => (p.length === k ? p[copy] : p[copy * outputs + (i % outputs)]) ?? NaN;
  const square = sop.expectedSquareAt(set, step, steps);
  const factor = rule.factor === "none" ? 1 : rule.factor === "moments" && set.moments === "copies" ? sop.perCopyFactors[set.rate](k, square) : sop.linearFactors[set.rate](k, square);
  const gradientAt = (of: readonly number[]): readonly number[] => a.map((each, i) => each * Array.from({ length: k }, (_, copy) => share(copy, i) * (of[copy * size + i] ?? NaN)).reduce((sum, x) => sum + x, 0) + (b[i] ?? NaN));
  const here = gradientAt(copies);
  const there = gradientAt(copies.map((w, at) => w - lr * factor * share(Math.floor(at / size), at % size) * (here[at % size] ?? NaN)));
  const gradient = rule.isHeun === true ? here.map((g, i) => (g + (there[i] ?? NaN)) / 2) : here;
  return copies.map((w, at) => {
    const [copy, i] = [Math.floor(at / size), at % size];
    const shared = gradient[i] ?? NaN;
    const own = share(copy, i) * shared;
    const isShared = set.moments === "shared";
    return rule.after({ w, own, shared, rate: lr * factor, plainRate: lr, t: step + 1, memory: memories[at] ?? {} }, (isShared ? shared : own) ** 2, isShared ? 1 : 1 / k);
  });
}
