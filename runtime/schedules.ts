// Learning rates over a run. A schedule gives the rate of each step, from 0 to the last; durations in it are of the run's length.

import { stepsOf, type Duration, type RunLength } from "./durations.js";

/** The rate of step `step`, counted from 0. */
export type Schedule = (step: number, length: RunLength) => number;

/** What `lr` takes: a constant rate or a schedule. */
export type Rate = number | Schedule;

export function scheduleOf(rate: Rate): Schedule {
  return typeof rate === "number" ? () => rate : rate;
}

/** Half a cosine from `peak` at step 0 to `end` at the end of the run (Loshchilov and Hutter 2017, one cycle). */
export function cosine({ peak, end = 0 }: { readonly peak: number; readonly end?: number }): Schedule {
  return (step, { totalSteps }) => halfCosine(peak, end, step / totalSteps);
}

/** From peak/w at step 0 up to `peak` at step w - 1, w the warm-up's steps, then half a cosine to `end`. */
export function warmupCosine({ peak, warmup, end = 0 }: { readonly peak: number; readonly warmup: Duration; readonly end?: number }): Schedule {
  return warmed(peak, warmup, (part) => halfCosine(peak, end, part));
}

/** A straight line from `peak` to `end`, after a warm-up if there is one. */
export function linear({ peak, warmup = { unit: "steps", value: 0 }, end = 0 }: { readonly peak: number; readonly warmup?: Duration; readonly end?: number }): Schedule {
  return warmed(peak, warmup, (part) => peak + (end - peak) * part);
}

/** `peak`, multiplied by `factor` at each of the points `at`. */
export function step({ peak, at, factor }: { readonly peak: number; readonly at: readonly Duration[]; readonly factor: number }): Schedule {
  return (now, length) => peak * factor ** at.filter((point) => now >= stepsOf(point, length)).length;
}

/** `peak` times `factor` for each `interval`, continuously. */
export function exponential({ peak, factor, interval }: { readonly peak: number; readonly factor: number; readonly interval: Duration }): Schedule {
  return (now, length) => peak * factor ** (now / Math.max(1, stepsOf(interval, length)));
}

/** Up to `peak` over the warm-up's w steps, then peak * sqrt(w / step) (Vaswani et al. 2017). */
export function inverseSqrt({ peak, warmup }: { readonly peak: number; readonly warmup: Duration }): Schedule {
  return (now, length) => {
    const w = Math.max(1, stepsOf(warmup, length));
    return now < w ? (peak * (now + 1)) / w : peak * Math.sqrt(w / (now + 1));
  };
}

/** Half a cosine from peak * start up to `peak` over the warm-up, then one down to peak * end (Smith and Topin 2019). */
export function oneCycle({ peak, warmup, start = 1 / 25, end = 1e-4 }: { readonly peak: number; readonly warmup: Duration; readonly start?: number; readonly end?: number }): Schedule {
  return (now, length) => {
    const w = stepsOf(warmup, length);
    if (now < w) return halfCosine(peak * start, peak, now / w);
    return halfCosine(peak, peak * end, (now - w) / Math.max(1, length.totalSteps - w));
  };
}

/** A linear warm-up to `peak`, then `rest` of the part of the remaining run that is over, in [0, 1). */
function warmed(peak: number, warmup: Duration, rest: (part: number) => number): Schedule {
  return (now, length) => {
    const w = stepsOf(warmup, length);
    return now < w ? (peak * (now + 1)) / w : rest((now - w) / Math.max(1, length.totalSteps - w));
  };
}

function halfCosine(from: number, to: number, part: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, part)))) / 2;
}
