// What bench/fusion-language.ts compares: arms, each of runs that cost together what the wide model from scratch costs, and what the arms start from.

import { atRest, type Size, type Text, type Trial } from "./fusion-program.js";

/** What decides the length and the rate of all runs. */
export interface Setting {
  /** Steps of the wide model from scratch: the budget. */
  readonly steps: number;
  /** Floating-point operations of a step. */
  readonly flops: { readonly narrow: number; readonly wide: number };
  /** Share of the budget that goes to the sources of a fused model. */
  readonly share: number;
  /** Standard deviation of new weights that are not zeros. */
  readonly std: number;
  /** Highest rates, of: wide from scratch, sources, wide after fusion, narrow for the whole budget. */
  readonly rates: { readonly scratch: number; readonly source: number; readonly fused: number; readonly alone: number };
}

/** A part of an arm's way: a run, what was spent before it, and what a step of it costs - of two alike runs side by side, one of which stands for both, both. */
export interface Leg {
  readonly run: string;
  readonly before: number;
  readonly pace: number;
}

export interface Arm {
  readonly title: string;
  readonly size: Size;
  /** The run that it ends with. */
  readonly run: string;
  /** Floating-point operations of all its runs. */
  readonly spent: number;
  /** Its curve, where it is drawn. */
  readonly legs: readonly Leg[];
}

/** Parts of the budget after which a curve has a point. */
export const marks = 16;

/** Steps of the narrow model that cost a share of the budget. */
export function narrowSteps({ steps, flops }: Setting, share: number): number {
  return Math.max(1, Math.floor((share * steps * flops.wide) / flops.narrow));
}

/** Steps of the wide model that cost a share of the budget. */
export function wideSteps({ steps }: Setting, share: number): number {
  return Math.max(1, Math.round(share * steps));
}

export class Maker {
  constructor(
    readonly setting: Setting,
    /** End of all names, and what seeds are made of. */
    readonly replicate: number,
    private readonly prefix = "",
  ) {}

  private name(name: string): string {
    return `${this.prefix}${name}_${this.replicate}`;
  }

  /** `order` numbers runs whose initial values and order of rows are to differ. */
  private seed(order: number): number {
    return 10 * this.replicate + order;
  }

  /** A narrow model for a share of the budget. */
  narrow(name: string, share: number, order: number, { text = "plays", rate = this.setting.rates.source }: { text?: Text; rate?: number } = {}): Trial {
    const steps = narrowSteps(this.setting, share);
    return { name: this.name(name), size: "narrow", text, steps, rate, seed: this.seed(order), every: steps };
  }

  /** A wide model without sources. */
  scratch(name: string, share: number, rate = this.setting.rates.scratch): Trial {
    const steps = wideSteps(this.setting, share);
    return { name: this.name(name), size: "wide", text: "plays", steps, rate, seed: this.seed(3), every: steps };
  }

  /** What is left of the budget for a wide model that starts from two runs. */
  fused(name: string, from: readonly [Trial, Trial], newWeights = "zeros", { share = this.setting.share, rate = this.setting.rates.fused }: { share?: number; rate?: number } = {}): Trial {
    return { ...this.scratch(name, 1 - share, rate), from: [from[0].name, from[1].name], newWeights };
  }

  /** A model that starts from two runs, as it is before its first step. */
  rest(name: string, size: Size, from: readonly [Trial, Trial]): Trial {
    return { ...this.scratch(name, 0, atRest), size, from: [from[0].name, from[1].name] };
  }
}

/** All arms of one replicate, and their runs. */
export function armsOf(setting: Setting, replicate: number): { readonly trials: readonly Trial[]; readonly arms: readonly Arm[] } {
  const { share, std, flops, rates } = setting;
  const make = new Maker(setting, replicate);
  const [left, right] = [make.narrow("left", share / 2, 1), make.narrow("right", share / 2, 2)];
  const [first, second] = [make.narrow("first", share / 2, 1, { text: "first" }), make.narrow("second", share / 2, 2, { text: "second" })];
  const long = make.narrow("long", share, 1);
  const [member, other] = [make.narrow("member", 1 / 2, 1, { rate: rates.alone }), make.narrow("other", 1 / 2, 2, { rate: rates.alone })];
  const alone = make.narrow("alone", 1, 1, { rate: rates.alone });
  const [scratch, short] = [make.scratch("scratch", 1), make.scratch("short", 1 - share)];
  const [start, committee] = [make.rest("start", "wide", [left, right]), make.rest("committee", "committee", [member, other])];
  const [zeros, normal, halves, doubled] = [
    make.fused("zeros", [left, right]),
    make.fused("normal", [left, right], `normal(${std})`),
    make.fused("halves", [first, second]),
    make.fused("doubled", [long, long], `antisymmetric(${std})`),
  ];
  const costOf = (...runs: readonly Trial[]): number => runs.reduce((sum, { size, steps }) => sum + steps * (size === "narrow" ? flops.narrow : flops.wide), 0);
  const leg = (trial: Trial, before = 0, abreast = 1): Leg => ({ run: trial.name, before, pace: abreast * costOf({ ...trial, steps: 1 }) });
  const arm = (title: string, run: Trial, sources: readonly Trial[], legs: readonly Leg[] = []): Arm => ({ title, size: run.size, run: run.name, spent: costOf(...sources, ...(run.rate === atRest ? [] : [run])), legs });
  const sources = costOf(left, right);
  const arms = [
    arm("wide from scratch", scratch, [], [leg(scratch)]),
    arm("fused, zeros", zeros, [left, right], [leg(left, 0, 2), leg(start, sources - flops.wide), leg(zeros, sources)]),
    arm(`fused, normal(${std})`, normal, [left, right]),
    arm("fused, sources of different halves of the text", halves, [first, second]),
    arm(`self-fusion, antisymmetric(${std})`, doubled, [long], [leg(long), leg(doubled, costOf(long))]),
    arm("narrow for the whole budget", alone, [], [leg(alone)]),
    arm("two narrow, mean of probabilities", committee, [member, other]),
    arm("one of its sources", left, []),
    arm("fused, before its first step", start, [left, right]),
    arm("wide from scratch, without what sources cost", short, []),
  ];
  const trials = [scratch, alone, left, right, long, first, second, member, other, short, zeros, normal, halves, doubled, start, committee];
  const paces = new Map(arms.flatMap(({ legs }) => legs.map(({ run, pace }) => [run, pace] as const)));
  // Evaluated at parts of the budget where a curve is drawn, otherwise at the end.
  const every = ({ name, steps }: Trial): number => Math.min(steps, Math.max(1, Math.floor((setting.steps * flops.wide) / marks / (paces.get(name) ?? 1))));
  return { trials: trials.map((trial) => ({ ...trial, every: every(trial) })), arms };
}
