// Initial values of weights: drawn, or built by Deep Fusion out of the weights of other models. Then they say who has which positions of
// each axis, as runs and not as a list of blocks, so that the text of a weight stays short however often a pattern repeats.

export type Initializer = PlainInitializer | FusedInitializer;

/** Values that are drawn. `fanIn` and `fanOut` count connections per output and input unit. */
export type PlainInitializer =
  | { readonly kind: "zeros" }
  | { readonly kind: "ones" }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly std: number }
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "he_normal" | "lecun_normal" | "glorot_uniform"; readonly fanIn: number; readonly fanOut: number };

/** Whose positions are: those of source i, of all sources alike, or of none. */
export type Owner = number | "shared" | "new";

/** Neighboring positions with one owner. */
export interface Run {
  readonly owner: Owner;
  readonly length: number;
}

/**
 * An axis from its first position to its last: `copies` times the same runs. The positions of a source come in its own order, so that the
 * owners alone tell which of its positions each one is.
 */
export interface AxisRuns {
  readonly copies: number;
  readonly runs: readonly Run[];
}

/** What a source gives to a weight. */
export interface FusedPart {
  /** Name of the source. */
  readonly source: string;
  /** Path of its weight. */
  readonly weight: string;
  /** Times its values where one source has the entry. */
  readonly factor: number;
  /** Times its values in the sum of all sources, where all have the entry. */
  readonly share: number;
}

/** What fills the entries between sources, which none of them has: `std` is in units of the standard deviation of the sources' weights. */
export type Rest = { readonly kind: "zeros" } | { readonly kind: "normal" | "antisymmetric"; readonly std: number };

export interface FusedInitializer {
  readonly kind: "fused";
  /** In order of the sources; owner i of an axis is the i-th. */
  readonly from: readonly FusedPart[];
  /** One per axis of the weight. */
  readonly axes: readonly AxisRuns[];
  /** The axis that products sum over, null: none. What reads new positions there is 0. */
  readonly contracts: number | null;
  readonly rest: Rest;
  /** What the optimizer keeps of the weight: zeros at first, or made of what the sources' optimizers kept of theirs. */
  readonly moments: "fresh" | "fused";
  /** For positions that no source has: what the weight would have started from. */
  readonly plain: PlainInitializer;
}

/** Number of positions of an axis. */
export function axisLength({ copies, runs }: AxisRuns): number {
  return copies * runs.reduce((sum, run) => sum + run.length, 0);
}

/** `[shared: 784]`, `2 x [0: 64, 1: 64]`. */
export function printAxis({ copies, runs }: AxisRuns): string {
  const once = `[${runs.map((run) => `${run.owner}: ${run.length}`).join(", ")}]`;
  return copies === 1 ? once : `${copies} x ${once}`;
}

/** The text of an initializer, given that of numbers, strings and plain initializers. */
export function printFused(init: FusedInitializer, number: (value: number) => string, quote: (text: string) => string, plain: (init: PlainInitializer) => string): string {
  const from = init.from.map((part) => `part(${quote(part.source)}, ${quote(part.weight)}, factor: ${number(part.factor)}, share: ${number(part.share)})`);
  const rest = init.rest.kind === "zeros" ? "zeros" : `${init.rest.kind}(${number(init.rest.std)})`;
  // Only where it is asked for: runs are known by this text, and those of before stay what they were.
  const moments = init.moments === "fused" ? ", moments: fused" : "";
  return `fused(from: [${from.join(", ")}], axes: [${init.axes.map(printAxis).join(", ")}], contracts: ${init.contracts === null ? "none" : String(init.contracts)}, rest: ${rest}${moments}, plain: ${plain(init.plain)})`;
}

/** What is wrong with the initial value of a weight of this shape, in words. */
export function verifyFused(init: FusedInitializer, shape: readonly number[]): readonly string[] {
  const problems: string[] = [];
  if (init.from.length === 0) problems.push("the initial value has no source");
  if (init.from.some((part) => !Number.isFinite(part.factor) || !Number.isFinite(part.share))) problems.push("a source's factor is not a number");
  if (init.axes.length !== shape.length || init.axes.some((axis, index) => axisLength(axis) !== shape[index])) problems.push("the runs of the initial value do not fill the shape");
  const runs = init.axes.flatMap((axis) => axis.runs);
  if (!init.axes.every((axis) => isCount(axis.copies)) || !runs.every((run) => isCount(run.length))) problems.push("a run has a whole number of positions");
  if (runs.some(({ owner }) => typeof owner === "number" && (!Number.isSafeInteger(owner) || owner < 0 || owner >= init.from.length))) problems.push("a run belongs to no source");
  if (init.contracts !== null && !(Number.isSafeInteger(init.contracts) && init.contracts >= 0 && init.contracts < shape.length)) problems.push("there is no axis to sum over");
  if (init.rest.kind !== "zeros" && !(init.rest.std >= 0 && Number.isFinite(init.rest.std))) problems.push("a standard deviation is at least 0");
  return problems;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
