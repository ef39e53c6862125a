// What `sop prove` found of one claim, and how far apart two results may be by rounding alone.

/** One claim, measured on each batch. */
export interface Finding {
  /** What is spoken of: an output, a term of the loss, a weight. */
  readonly what: string;
  /** Its file and line; "": not known. */
  readonly place: string;
  /** In words, with `what` as the subject. */
  readonly claim: string;
  /** What `difference` is the largest of over the batches; null: it is not measured. */
  readonly measure: string | null;
  /** Null: not measured, or not a number. */
  readonly difference: number | null;
  /** What rounding explains of that difference; null: nothing exact is claimed. */
  readonly bound: number | null;
  readonly verdict: "holds" | "fails" | "not claimed" | "not measured";
}

/** The largest share by which rounding moves a result of `ops` ops, of the size of what is added up in it. See Note [Rounding]. */
export function roundingOf(ops: number): number {
  return 64 * 2 ** -24 * Math.sqrt(Math.max(1, ops));
}

/** A result, what it is claimed to be, and the sum of the norms of what that is made of. */
export interface Comparison {
  /** |F - m| */
  readonly difference: number;
  /** |m| */
  readonly norm: number;
  /** What rounding errors are in proportion to: of a mean sum_i |w_i| |f_i|, which is more than |m| where sources cancel. */
  readonly size: number;
}

/** The worst of all batches: largest |F - m| / |m| in proportion to what rounding explains. Does each of them stay below that? */
export function worst(comparisons: readonly Comparison[], rounding: number): { readonly difference: number | null; readonly bound: number; readonly holds: boolean } {
  let [found, ratio, holds] = [{ difference: 0, bound: rounding }, -1, true];
  let isNumber = true;
  for (const { difference, norm, size } of comparisons) {
    // Where all is 0, a difference is measured by itself.
    const unit = norm > 0 ? norm : size > 0 ? size : 1;
    const here = { difference: difference / unit, bound: (rounding * Math.max(norm, size)) / unit };
    if (!(here.difference <= here.bound)) holds = false;
    if (!Number.isFinite(here.difference)) isNumber = false;
    const own = here.difference === 0 ? 0 : here.difference / here.bound;
    if (own > ratio) [found, ratio] = [here, own];
  }
  return { difference: isNumber ? found.difference : null, bound: found.bound, holds };
}

/** |a|, the root of the sum of squares. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? NaN) ** 2;
  return Math.sqrt(sum);
}

/** Compares a result with sum_i factor_i values_i, which is added up in float64. */
export function compare(result: ArrayLike<number>, parts: readonly { readonly factor: number; readonly values: ArrayLike<number> }[]): Comparison {
  const sum = Float64Array.from(result, (_, i) => parts.reduce((total, { factor, values }) => total + factor * (values[i] ?? NaN), 0));
  const isSameLength = parts.every(({ values }) => values.length === result.length);
  return {
    difference: isSameLength ? norm(Float64Array.from(result, (value, i) => value - (sum[i] ?? NaN))) : NaN,
    norm: norm(sum),
    size: parts.reduce((total, { factor, values }) => total + Math.abs(factor) * norm(values), 0),
  };
}

// Note [Rounding]
// A float32 result carries a rounding error of at most u = 2^-24 of its size, and a product of matrices, whose errors have either sign,
// hardly more in norm; over n ops such errors add up as their root. Two ways to compute the same numbers then differ by about 2 u sqrt(n),
// and by more where a layer magnifies what is in front of it, for which 32 is allowed: 64 u sqrt(n), 1e-5 for a model of 7 ops. Wrong factors
// and layouts are off by 1e-2 and more. Errors are in proportion to the sources' outputs, so the bound of |F - m| / |m| has
// sum_i |w_i| |f_i| / |m| as a factor. Single elements, which may be near 0, are not compared.
