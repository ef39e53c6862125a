// The floating-point operations of a training step, from what the compiler counts.

/**
 * Operations of a step on `rows` rows, whose forward pass takes `forward` operations each (`flops` of `sop summary --json`). The backward pass counts as two
 * forward passes, one product for the gradient of each factor; the update counts nothing (Kaplan et al. 2020, section 2.1).
 */
export function trainingFlops(forward: number, rows: number): number {
  return 3 * forward * rows;
}
