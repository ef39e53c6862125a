// Schedules that `lr` takes, with their options. Rates are absolute; lengths are shares of the run, steps or epochs.

import type { OptionSpec, OptionType } from "./options.js";

const peak: OptionSpec = { name: "peak", doc: "The largest rate.", type: { kind: "float", min: 0, open: true } };
const end = (doc: string, fallback: number): OptionSpec => ({ name: "end", doc, type: { kind: "float", min: 0 }, default: fallback });
const share = (value: number) => ({ call: "share", options: { value } });
const warmup = (fallback: number | null): OptionSpec => ({
  name: "warmup",
  doc: "Length of the warm-up, in which the rate goes up to the peak.",
  type: { kind: "duration" },
  ...(fallback === null ? {} : { default: share(fallback) }),
});

/** The schedules by name; formulas are the runtime's. */
export const schedules: Readonly<Record<string, readonly OptionSpec[]>> = {
  constant: [{ name: "value", doc: "The rate.", type: { kind: "float", min: 0, open: true } }],
  cosine: [peak, end("The rate at the end of the run.", 0)],
  warmup_cosine: [peak, warmup(0.05), end("The rate at the end of the run.", 0)],
  linear: [peak, warmup(0), end("The rate at the end of the run.", 0)],
  step: [
    peak,
    { name: "at", doc: "Where the rate steps down, as shares of the run: `[50%, 75%]`.", type: { kind: "floats", min: 0, max: 1 } },
    { name: "factor", doc: "What the rate is multiplied by at each of them.", type: { kind: "float", min: 0, open: true }, default: 0.1 },
  ],
  exponential: [
    peak,
    { name: "factor", doc: "What the rate is multiplied by for each `every`.", type: { kind: "float", min: 0, open: true } },
    { name: "every", doc: "The length over which it is multiplied once.", type: { kind: "duration" } },
  ],
  inverse_sqrt: [peak, warmup(0.1)],
  one_cycle: [
    peak,
    warmup(0.3),
    { name: "start", doc: "The first rate as a share of the peak.", type: { kind: "float", min: 0, max: 1 }, default: 0.04 },
    end("The last rate as a share of the peak.", 1e-4),
  ],
};

/** What `lr` takes: a number, or a schedule. */
export const learningRate: OptionType = { kind: "either", types: [{ kind: "float", min: 0, open: true }, { kind: "call", functions: schedules }] };
