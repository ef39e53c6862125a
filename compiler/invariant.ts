// Faults of sop itself, as opposed to mistakes in a program: thrown, caught at the top by the shells, reported with a request to report them.

/** Thrown where a promise between two phases is broken. Never thrown for a user's mistake. */
export class CompilerFault extends Error {
  override readonly name = "CompilerFault";
}

/** Throws a `CompilerFault` unless the condition holds. `promise` says what should have been true. */
export function invariant(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new CompilerFault(promise);
}
