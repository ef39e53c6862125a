// What shares one draw of mixing weights: a row of draws per granularity, and the stream that each is taken from.

/** `kernel`: one p per weight. `output`: one p per output channel, the last axis. `model`: one p for all weights. */
export type Granularity = "kernel" | "output" | "model";

interface GranularityRule {
  /** How many draws a kernel of this shape takes per step. */
  readonly draws: (shape: readonly number[]) => number;
  /** What the stream is keyed by, beside seed and step. */
  readonly key: (path: string) => string;
}

export const granularities: { readonly [G in Granularity]: GranularityRule } = {
  kernel: { draws: () => 1, key: (path) => path },
  output: { draws: (shape) => shape.at(-1) ?? 1, key: (path) => path },
  model: { draws: () => 1, key: () => "" },
};
