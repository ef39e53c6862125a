// Schedules that `lr` takes, with their options. Rates are absolute; lengths are shares of the run, steps or epochs.

import type { FunctionSpec, OptionSpec, OptionType } from "./options.js";

const peak: OptionSpec = { name: "peak", doc: "The largest rate.", type: { kind: "float", min: 0, open: true } };
const end = (doc: string, fallback: number): OptionSpec => ({ name: "end", doc, type: { kind: "float", min: 0 }, default: fallback });
const share = (value: number) => ({ call: "share", options: { value } });
const warmup = (fallback: number): OptionSpec => ({
  name: "warmup",
  doc: "Length of the warm-up, in which the rate goes up to the peak.",
  type: { kind: "duration" },
  default: share(fallback),
});

/**
 * The schedules by name. In their formulas t is the step, counted from 0, T the steps of the run, w those of the warm-up. The formulas
 * are the runtime's (runtime/schedules.ts).
 */
export const schedules: Readonly<Record<string, FunctionSpec>> = {
  constant: { doc: "The same rate at each step; a number alone means this.", options: [{ name: "value", doc: "The rate.", type: { kind: "float", min: 0, open: true } }] },
  cosine: {
    doc: "Half a cosine from the peak to the end: end + (peak - end) (1 + cos(pi t / T)) / 2.",
    options: [peak, end("The rate at the end of the run.", 0)],
  },
  warmup_cosine: {
    doc: "peak (t + 1) / w in the warm-up, so that its last step has the peak; then half a cosine down to the end over the rest of the run.",
    options: [peak, warmup(0.05), end("The rate at the end of the run.", 0)],
  },
  linear: {
    doc: "peak (t + 1) / w in the warm-up, then a straight line from the peak down to the end over the rest of the run.",
    options: [peak, warmup(0), end("The rate at the end of the run.", 0)],
  },
  step: {
    doc: "The peak, multiplied by the factor at each of the given points of the run.",
    options: [
      peak,
      { name: "at", doc: "Where the rate steps down, as shares of the run: `[50%, 75%]`.", type: { kind: "floats", min: 0, max: 1 } },
      { name: "factor", doc: "What the rate is multiplied by at each of them.", type: { kind: "float", min: 0, open: true }, default: 0.1 },
    ],
  },
  exponential: {
    doc: "peak factor^(t / interval), a little less at each step.",
    options: [
      peak,
      { name: "factor", doc: "What the rate is multiplied by over each `interval`.", type: { kind: "float", min: 0, open: true } },
      { name: "interval", doc: "The length over which it is multiplied once.", type: { kind: "duration" } },
    ],
  },
  inverse_sqrt: {
    doc: "peak (t + 1) / w in the warm-up, then peak sqrt(w / (t + 1)) (Vaswani et al. 2017, with the peak as the largest rate).",
    options: [peak, warmup(0.1)],
  },
  one_cycle: {
    doc: "Half a cosine from peak * start up to the peak over the warm-up, then one from the peak down to peak * end (Smith and Topin 2019; the form that anneals by cosines).",
    options: [
      peak,
      warmup(0.3),
      { name: "start", doc: "The first rate as a share of the peak.", type: { kind: "float", min: 0, max: 1 }, default: 0.04 },
      end("The last rate as a share of the peak.", 1e-4),
    ],
  },
};

/** What `lr` takes: a number, or a schedule. */
export const learningRate: OptionType = { kind: "either", types: [{ kind: "float", min: 0, open: true }, { kind: "call", functions: schedules }] };
