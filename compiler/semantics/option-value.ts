// Values of options after checking; they travel from semantics into the IR and the generated program.

/** A value of an option after checking: exact numbers have become floats, words strings, lists arrays. */
export type OptionValue = number | string | boolean | readonly number[] | CallValue;

/**
 * A call in the place of a value: `cosine(0.1)`, `dirichlet(0.5)`, `normal(0.02)`. All options are present, defaults filled in.
 * A duration is one too: `share`, `steps` or `epochs` with the option `value`.
 */
export interface CallValue {
  readonly call: string;
  readonly options: Readonly<Record<string, OptionValue>>;
}
