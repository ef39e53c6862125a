// Lengths of time in training: a share of the run, steps or epochs.

export type Duration =
  | { readonly unit: "share"; readonly value: number }
  | { readonly unit: "steps"; readonly value: number }
  | { readonly unit: "epochs"; readonly value: number };

/** The length of a run, by which durations become steps. */
export interface RunLength {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

/** A share of the run: `share(0.05)` is its first or last 5%. */
export function share(value: number): Duration {
  return { unit: "share", value };
}

export function steps(value: number): Duration {
  return { unit: "steps", value };
}

export function epochs(value: number): Duration {
  return { unit: "epochs", value };
}

/** The duration in steps; shares round to the nearest step. */
export function stepsOf(duration: Duration, length: RunLength): number {
  switch (duration.unit) {
    case "share":
      return Math.round(duration.value * length.totalSteps);
    case "steps":
      return duration.value;
    case "epochs":
      return Math.round(duration.value * length.stepsPerEpoch);
  }
}
