// Has a run come to rest? See Note [Pace].

/** A step of a run as it was logged. */
export interface LoggedStep {
  readonly rate: number;
  /** Norm of the gradient of all weights before clipping. */
  readonly gradientNorm: number;
}

/** A run whose pace at its end is at least this is still moving. */
export const movingPace = 0.25;

/** rate * gradient norm in the last fifth of the steps, in units of the fifth where it was largest: means over steps, from 0 to 1. null where that is 0. */
export function paceAtEnd(steps: readonly LoggedStep[]): number | null {
  const parts = Math.min(5, steps.length);
  const fifths = Array.from({ length: parts }, (_, part) => mean(steps.slice(Math.floor((part * steps.length) / parts), Math.floor(((part + 1) * steps.length) / parts))));
  const pace = (fifths.at(-1) ?? 0) / Math.max(0, ...fifths);
  return Number.isFinite(pace) ? pace : null;
}

function mean(steps: readonly LoggedStep[]): number {
  return steps.reduce((sum, { rate, gradientNorm }) => sum + rate * gradientNorm, 0) / steps.length;
}

// Note [Pace]
//
// A step of gradient descent moves the weights by rate * |g|. A run that goes on as it began has the pace 1; one whose gradients have become
// small, or whose rate has decayed, has a pace near 0. Neither the scale of the loss nor that of the rate matters.
// Why it matters: the second-order effects that the training of a source and that of the fused model have on each other grow with the source's
// gradient and rate at fusion time (backward error analysis of two phases of gradient descent, derived). The measure, the fifth and the limit are
// our choice, not the paper's. With moments the weights move otherwise, and it is a measure of the same two things. The noise of small batches
// counts as motion: it keeps the weights of a constant rate moving.
