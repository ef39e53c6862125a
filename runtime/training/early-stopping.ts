// Early stopping and the choice of the best checkpoint: both follow one metric of the validation split.

/** The best value so far and the number of steps at which it was seen. Stored in checkpoints. */
export interface Best {
  readonly value: number;
  readonly step: number;
}

/** Is `value` better than `best`? One that is infinite or not a number never is; the first finite one always is. */
export function isBetter(value: number, best: Best | null, direction: "higher" | "lower"): boolean {
  if (!Number.isFinite(value)) return false;
  if (best === null) return true;
  return direction === "higher" ? value > best.value : value < best.value;
}

/** Has the metric stalled: is the best value at least `patience` steps old? Where none has been seen, the run's start counts. */
export function hasStalled(best: Best | null, step: number, patience: number): boolean {
  return step - (best?.step ?? 0) >= patience;
}
