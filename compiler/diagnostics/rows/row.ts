// The form of a row of the catalogue.

import type { Severity } from "../diagnostic.js";

export interface Row<P> {
  readonly severity: Severity;
  /** One sentence, present tense, the user's things in backticks; says what was expected and what was found. */
  readonly message: (params: P) => string;
  /** One imperative sentence, or nothing. */
  readonly help?: (params: P) => string;
  /** The page of `sop explain`, in a few sentences: why this is so and what to write instead. */
  readonly page: string;
  /** The smallest source that shows it; each example is compiled in the tests. */
  readonly example: string;
  /** Other files that the example needs, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Declares a row with its parameters' types: `row<{ name: string }>({...})`. */
export function row<P extends Readonly<Record<string, string | number>>>(definition: Row<P>): Row<P> {
  return definition;
}
