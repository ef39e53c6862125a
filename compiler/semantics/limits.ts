// Bounds on what one program can make the compiler do.

/** Limits of one compilation. They bound time and memory whatever the program says. */
export const limits = {
  /** Calls of blocks and models inside each other; datasets, models and recipes that are made out of each other. */
  recursion: 64,
  /** Imports of imports: files between the opened one and another. */
  imports: 200,
  /** Expressions inside each other, over all calls. */
  depth: 500,
  /** Evaluated expressions and statements, over the whole program. */
  evaluations: 1_000_000,
  /** Applications of one model. */
  applications: 100_000,
  /** Elements of one tensor. */
  elements: 2 ** 31 - 1,
} as const;
