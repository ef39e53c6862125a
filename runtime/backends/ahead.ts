// How far training may run ahead of the numbers that it reads: a backend whose device works on its own is given several steps before the
// losses of the first are asked for. Which steps go together changes no number.

let steps = 1;

/** Steps that are taken before their losses are read, in the backend in use. */
export function stepsAhead(): number {
  return steps;
}

/** Of the backend that was started. */
export function setStepsAhead(count: number): void {
  steps = count;
}
