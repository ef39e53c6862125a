// The shape rules of layers, which compute with numbers, asked about symbols: a rule is tried on several choices of numbers for them.
//
// Two choices are large primes, different for each symbol, so that what the result's sizes are made of can be read off; two are
// multiples of all small numbers, for rules that ask for divisors; the others are small or equal. A result's size is the one expression
// of the operands' sizes and the options that gives it in every choice, or not known.
//
// A rule that fails for every choice is not yet wrong for all: then each size that is no literal number is set free of what it is
// made of, and the rule is tried on many more. Only what fails there too is wrong whatever the symbols are. Layers that ask for
// equal sizes are also wrong if they fit only where two sizes are equal that are proven to differ.

import { layers, type LayerKind } from "../layers/layers.js";
import type { Options } from "../layers/layer.js";
import type { OptionValue } from "../option-value.js";
import type { Dtype, TensorType } from "../types.js";
import type { Atoms } from "./atoms.js";
import { compareSizes, mayStretch } from "./compare.js";
import { constant, constantOf, printSize, valueAt, type Atom, type Size } from "./size.js";

export interface SymbolicType {
  readonly dtype: Dtype;
  readonly shape: readonly Size[];
}

/** What is known of an option: its value, a number made of symbols, or some values that it may have. */
export type OptionGuess =
  | { readonly kind: "known"; readonly value: OptionValue }
  | { readonly kind: "size"; readonly size: Size; readonly min: number }
  | { readonly kind: "sizes"; readonly sizes: readonly Size[]; readonly min: number }
  | { readonly kind: "some"; readonly values: readonly OptionValue[] };

export interface Question {
  readonly layer: LayerKind;
  readonly tensors: readonly SymbolicType[];
  readonly options: ReadonlyMap<string, OptionGuess>;
}

export type Answer =
  /** `type` is null where not even the rank is known; `isAlways`: no choice was found that does not fit. */
  | { readonly kind: "fits"; readonly type: SymbolicType | null; readonly isAlways: boolean }
  | { readonly kind: "never"; readonly expected: string; readonly found: string; readonly fix: string | null };

/** Layers that ask for equal sizes and for divisors, and nothing else between sizes. */
const ofEqualSizes: ReadonlySet<LayerKind> = new Set<LayerKind>(["matmul", "unembed", "lstm", "gru", "self_attention", "cross_attention"]);

/** All numbers up to 10 divide it, and 12, 14, 15, 16, 18, 20, 24. */
const composite = 5040;
let primes: readonly number[] | null = null;
function primesBelow(limit: number): readonly number[] {
  const isComposite = new Uint8Array(limit);
  const found: number[] = [];
  for (let n = 2; n < limit; n++) {
    if (isComposite[n] === 1) continue;
    found.push(n);
    for (let multiple = n * n; multiple < limit; multiple += n) isComposite[multiple] = 1;
  }
  return found;
}
// Most programs need none: they are found at the first question.
function prime(i: number): number {
  primes ??= primesBelow(12_000);
  return primes[i % primes.length] ?? 2;
}

// Numbers for a symbol: sizes first, other numbers second.
const choices: readonly { readonly size: (id: number) => number; readonly other: (id: number) => number }[] = [
  { size: (id) => prime(700 + 3 * id), other: (id) => prime(301 + 2 * id) },
  { size: (id) => prime(1100 + 2 * id), other: (id) => prime(400 + 2 * id) },
  { size: (id) => composite * prime(6 + id), other: (id) => [2, 3, 4, 5, 6, 7][id % 6] ?? 2 },
  { size: (id) => composite * prime(16 + 2 * id), other: (id) => [4, 2, 8, 3, 5, 9][id % 6] ?? 2 },
  { size: () => 1, other: () => 1 },
  { size: () => 2, other: () => 2 },
  { size: (id) => 3 + (id % 5), other: (id) => 1 + (id % 3) },
  { size: (id) => prime(id), other: () => 1 },
  { size: () => 64, other: () => 4 },
  { size: () => 12, other: () => 0 },
];
const readable = 4;

interface Trial {
  readonly types: readonly TensorType[];
  readonly options: Options;
  readonly of: (size: Size) => number;
}

/** What the layer's rule says of these tensors and options, for all values of the symbols. */
export function probe(question: Question, atoms: Atoms): Answer {
  const { shape: rule, options: specs } = layers[question.layer];
  const sizes = [...question.tensors.flatMap(({ shape }) => shape), ...[...question.options.values()].flatMap((guess) => (guess.kind === "size" ? [guess.size] : guess.kind === "sizes" ? guess.sizes : []))];
  const isLiteral = sizes.every((size) => constantOf(size) !== null) && [...question.options.values()].every(({ kind }) => kind !== "some");
  const passed: { readonly trial: Trial; readonly type: TensorType; readonly isReadable: boolean }[] = [];
  let tried = 0;
  let failed: { readonly trial: Trial; readonly expected: string; readonly found: string; readonly fix: string | null } | null = null;
  const run = (trial: Trial | null, isReadable: boolean): boolean => {
    if (trial === null) return false;
    tried++;
    const options: Record<string, OptionValue> = { ...trial.options };
    for (const spec of specs) if (typeof spec.default === "function" && options[spec.name] === undefined) options[spec.name] = spec.default(options);
    const result = rule(trial.types, options);
    if (result.kind === "ok") passed.push({ trial, type: result.type, isReadable });
    else failed ??= { trial, expected: result.expected, found: result.found, fix: result.fix };
    return result.kind === "ok";
  };
  choices.slice(0, isLiteral ? 1 : choices.length).forEach(({ size, other }, index) => {
    const values = (atom: Atom): number => (atom.least === 1 ? size(atom.id) : other(atom.id));
    run(trialOf(question, (each) => valueAt(each, values), index), index < readable);
  });
  if (passed.length > 0) return { kind: "fits", type: readType(question, passed, isLiteral, atoms), isAlways: passed.length === tried };
  if (isLiteral && failed !== null) return never(question, failed);
  const before = tried;
  for (const { values, keepsProven } of freeValues(sizes)) {
    if (!keepsProven && ofEqualSizes.has(question.layer)) continue;
    if (run(trialOf(question, values, tried), false)) return { kind: "fits", type: null, isAlways: false };
  }
  return tried < before + 50 || failed === null ? { kind: "fits", type: null, isAlways: false } : never(question, failed);
}

/** The question in numbers; null where a size or an option has a value that it cannot have. */
function trialOf(question: Question, of: (size: Size) => number, index: number): Trial | null {
  const fits = (value: number, min: number): boolean => Number.isSafeInteger(value) && value >= min;
  const types = question.tensors.map(({ dtype, shape }): TensorType => ({ dtype, shape: shape.map(of), batched: true, below: null }));
  if (!types.every(({ shape }) => shape.every((size) => fits(size, 1)))) return null;
  const options: Record<string, OptionValue> = {};
  for (const [name, guess] of question.options) {
    if (guess.kind === "known") options[name] = guess.value;
    else if (guess.kind === "some") options[name] = guess.values[index % guess.values.length] ?? 0;
    else if (guess.kind === "size") {
      const value = of(guess.size);
      if (!fits(value, guess.min)) return null;
      options[name] = value;
    } else {
      const values = guess.sizes.map(of);
      if (!values.every((value) => fits(value, guess.min))) return null;
      options[name] = values;
    }
  }
  return { types, options, of };
}

// Values for sizes that are free of what they are made of; equal sizes stay equal, literal ones what they are.
function* freeValues(sizes: readonly Size[]): Generator<{ readonly values: (size: Size) => number; readonly keepsProven: boolean }> {
  const distinct: Size[] = [];
  const standsFor = new Map<Size, Size>();
  for (const size of sizes) {
    if (constantOf(size) !== null) continue;
    const same = distinct.find((other) => compareSizes(size, other) === "equal");
    standsFor.set(size, same ?? size);
    if (same === undefined) distinct.push(size);
  }
  const literals = sizes.flatMap((size) => (constantOf(size) === null ? [] : [valueAt(size, () => 0)]));
  const pool = [...new Set([1, 2, 3, 4, 6, 8, 12, 64, composite, 2 * composite, 3 * composite, ...literals, ...literals.flatMap((n) => [2 * n, n * composite, n - 1, n + 1])])].filter((n) => n >= 1);
  const different = distinct.flatMap((a, i) => distinct.flatMap((b, j) => (i < j && compareSizes(a, b) === "different" ? [[a, b] as const] : [])));
  const fixed = distinct.flatMap((a) => sizes.flatMap((b) => (constantOf(b) !== null && compareSizes(a, b) === "different" ? [[a, valueAt(b, () => 0)] as const] : [])));
  const give = (chosen: ReadonlyMap<Size, number>) => {
    const values = (size: Size): number => {
      const known = constantOf(size);
      if (known !== null) return Number(known.n) / Number(known.d);
      return chosen.get(standsFor.get(size) ?? size) ?? Number.NaN;
    };
    const isStretched = distinct.some((size) => chosen.get(size) === 1 && !mayStretch(size));
    const keepsProven = !isStretched && different.every(([a, b]) => chosen.get(a) !== chosen.get(b)) && fixed.every(([a, n]) => chosen.get(a) !== n);
    return { values, keepsProven };
  };
  for (const value of pool) yield give(new Map(distinct.map((size) => [size, value])));
  let seed = 12_345;
  const next = (bound: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % bound;
  };
  for (let i = 0; i < 250; i++) yield give(new Map(distinct.map((size) => [size, pool[next(pool.length)] ?? 1])));
}

function readType(question: Question, passed: readonly { readonly trial: Trial; readonly type: TensorType; readonly isReadable: boolean }[], isLiteral: boolean, atoms: Atoms): SymbolicType | null {
  const [first] = passed;
  if (first === undefined || passed.some(({ type }) => type.dtype !== first.type.dtype || type.shape.length !== first.type.shape.length)) return null;
  if (isLiteral) return { dtype: first.type.dtype, shape: first.type.shape.map((size) => constant(size)) };
  const isReadable = passed.filter((each) => each.isReadable).length >= 2;
  const parts = isReadable ? partsOf(question, passed.map(({ trial }) => trial)) : null;
  const shape = first.type.shape.map((_, axis) => {
    const results = passed.map(({ type }) => type.shape[axis] ?? 0);
    if (parts === null) return atoms.unknownSize();
    if (results.every((size) => size === results[0])) return constant(results[0] ?? 1);
    return madeOf(parts, results, atoms) ?? atoms.unknownSize();
  });
  return { dtype: first.type.dtype, shape };
}

/** A size with its value in each trial. */
interface Part {
  readonly size: Size;
  readonly values: readonly number[];
}

// What sizes of results are made of: sizes of the tensors, and options.
function partsOf(question: Question, trials: readonly Trial[]): { readonly dimensions: readonly Part[]; readonly options: readonly Part[] } {
  const numbers: Size[] = [];
  for (const guess of question.options.values()) {
    if (guess.kind === "size") numbers.push(guess.size);
    else if (guess.kind === "sizes") numbers.push(...guess.sizes);
    else if (guess.kind === "known") for (const value of [guess.value].flat()) if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31) numbers.push(constant(value));
  }
  const parts = (sizes: readonly Size[]): readonly Part[] => {
    const found = new Map<string, Part>();
    for (const size of sizes) {
      const values = trials.map(({ of }) => of(size));
      if (!found.has(values.join())) found.set(values.join(), { size, values });
    }
    return [...found.values()].slice(0, 8);
  };
  return { dimensions: parts(question.tensors.flatMap(({ shape }) => shape)), options: parts(numbers) };
}

// The simplest expression of the parts that has these values in all trials; null if there is none.
function madeOf({ dimensions, options }: { readonly dimensions: readonly Part[]; readonly options: readonly Part[] }, results: readonly number[], atoms: Atoms): Size | null {
  const is = (value: (trial: number) => number): boolean => results.every((result, trial) => value(trial) === result);
  const at = (part: Part, trial: number): number => part.values[trial] ?? Number.NaN;
  for (const part of [...dimensions, ...options]) if (is((i) => at(part, i))) return part.size;
  for (const x of dimensions)
    for (const y of options) {
      if (is((i) => at(x, i) * at(y, i))) return atoms.multiply(x.size, y.size);
      if (is((i) => at(x, i) + at(y, i))) return atoms.add(x.size, y.size);
      if (is((i) => at(x, i) / at(y, i))) return atoms.divide(x.size, y.size);
      if (is((i) => Math.ceil(at(x, i) / at(y, i)))) return atoms.ceil(atoms.divide(x.size, y.size));
      if (is((i) => Math.floor(at(x, i) / at(y, i)))) return atoms.floor(atoms.divide(x.size, y.size));
      for (const window of options)
        if (is((i) => Math.floor((at(x, i) - at(window, i)) / at(y, i)) + 1)) return atoms.add(atoms.floor(atoms.divide(atoms.subtract(x.size, window.size), y.size)), constant(1));
    }
  for (const x of dimensions) {
    for (const y of dimensions) {
      if (is((i) => at(x, i) * at(y, i))) return atoms.multiply(x.size, y.size);
      if (is((i) => at(x, i) + at(y, i))) return atoms.add(x.size, y.size);
    }
    // `step * x + start` with whole numbers.
    const step = ((results[1] ?? 0) - (results[0] ?? 0)) / (at(x, 1) - at(x, 0));
    const start = (results[0] ?? 0) - step * at(x, 0);
    if (Number.isSafeInteger(step) && Number.isSafeInteger(start) && is((i) => step * at(x, i) + start)) return atoms.add(atoms.multiply(constant(step), x.size), constant(start));
  }
  return null;
}

// The rule speaks in numbers; those of sizes become their symbols.
function never(question: Question, { trial, expected, found, fix }: { readonly trial: Trial; readonly expected: string; readonly found: string; readonly fix: string | null }): Answer {
  const sizes = [...question.tensors.flatMap(({ shape }) => shape), ...[...question.options.values()].flatMap((guess) => (guess.kind === "size" ? [guess.size] : guess.kind === "sizes" ? guess.sizes : []))];
  const names = new Map(sizes.flatMap((size) => (constantOf(size) === null ? [[String(trial.of(size)), printSize(size)] as const] : [])));
  let isWhole = true;
  const spoken = (text: string): string =>
    text.replace(/\d+/g, (digits) => {
      const name = names.get(digits);
      if (name === undefined && digits.length > 2 && ![...names].every(([key]) => key.length < 3) && !sizes.some((size) => constantOf(size) !== null && String(trial.of(size)) === digits)) isWhole = false;
      return name ?? digits;
    });
  const [said, seen, change] = [spoken(expected), spoken(found), fix === null ? null : spoken(fix)];
  const given = question.tensors.map(printSymbolicType).join(" and ");
  return isWhole ? { kind: "never", expected: said, found: seen, fix: change } : { kind: "never", expected: "sizes that fit", found: given, fix: null };
}

/** `f32[t, 2 * d]`. */
export function printSymbolicType({ dtype, shape }: SymbolicType): string {
  return `${dtype}[${shape.map(printSize).join(", ")}]`;
}

/** Atoms whose value is at least 1 because a size is a multiple of them. */
export function positiveIn(shape: readonly Size[]): readonly Atom[] {
  const found: Atom[] = [];
  for (const size of shape) {
    if (size.size !== 1) continue;
    for (const { n, powers } of size.values()) {
      const only = powers.length === 1 ? powers[0] : undefined;
      if (n > 0n && only?.[1] === 1) found.push(only[0]);
    }
  }
  return found;
}
