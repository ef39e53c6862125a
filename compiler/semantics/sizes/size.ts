// Sizes as symbols: sums of products of names, with rational factors and whole powers, in one canonical form, so that equal
// sizes are equal terms. `d / heads` is a product with the power -1; what is no such sum (`ceil(h / 2)`, `2 ** i`) is an opaque
// name that knows its parts. Pure; relies on nothing but the numbers of the language for literals.

import type { Num } from "../numbers.js";

/** A name in a size. */
export interface Atom {
  readonly id: number;
  /** As it is printed; `?` for what is not known. */
  readonly name: string;
  /** No value is below it; null: not known. */
  readonly least: number | null;
  readonly isWhole: boolean;
  /** Is it known so little of that it may stand for a literal 1, which stretches? */
  readonly mayStretch: boolean;
  /** What it is computed from; null for a symbol. */
  readonly made: { readonly by: Opaque; readonly of: readonly Size[] } | null;
}

/** Functions of sizes that stay as they are. */
export type Opaque = "floor" | "ceil" | "quotient" | "power" | "min" | "max";

/** `n / d` times the atoms to their powers, in order of their ids, without the power 0. */
export interface Term {
  readonly n: bigint;
  readonly d: bigint;
  readonly powers: readonly (readonly [Atom, number])[];
}

/** A sum of terms with different powers, by the key of the powers, no factor 0. */
export type Size = ReadonlyMap<string, Term>;

/** Larger sums, powers and factors are not computed with: the result is not known. */
const most = { terms: 48, power: 24, factor: 10n ** 30n } as const;

export function constant(n: bigint | number, d = 1n): Size {
  return sum([{ n: BigInt(n), d, powers: [] }]) ?? new Map();
}

/** The size of an exact number; null for another. */
export function fromNum(num: Num): Size | null {
  return num.kind === "exact" ? constant(num.n, num.d) : null;
}

export function ofAtom(atom: Atom): Size {
  return new Map([[`${atom.id}^1`, { n: 1n, d: 1n, powers: [[atom, 1]] }]]);
}

/** The number that it is whatever its symbols are, or null. */
export function constantOf(size: Size): { readonly n: bigint; readonly d: bigint } | null {
  if (size.size === 0) return { n: 0n, d: 1n };
  const term = size.get("");
  return term === undefined || size.size > 1 ? null : term;
}

/** Is it that whole number, literally? */
export function isLiteral(size: Size, value: number): boolean {
  const known = constantOf(size);
  return known !== null && known.d === 1n && known.n === BigInt(value);
}

/** Its atoms, those inside opaque ones too. */
export function atomsOf(size: Size, found: Set<Atom> = new Set()): ReadonlySet<Atom> {
  for (const { powers } of size.values())
    for (const [atom] of powers) {
      if (found.has(atom)) continue;
      found.add(atom);
      for (const part of atom.made?.of ?? []) atomsOf(part, found);
    }
  return found;
}

/** The largest number that divides both. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The canonical sum; null where it would be too large to compute with. */
export function sum(terms: Iterable<Term>): Size | null {
  const collected = new Map<string, Term>();
  for (const { n, d, powers } of terms) {
    const key = powers.length === 0 ? "" : powers.map(([{ id }, power]) => `${id}^${power}`).join(" ");
    const earlier = collected.get(key);
    const numerator = earlier === undefined ? n : earlier.n * d + n * earlier.d;
    if (numerator === 0n) collected.delete(key);
    else {
      const denominator = earlier === undefined ? d : earlier.d * d;
      const divisor = denominator === 1n ? 1n : gcd(numerator, denominator);
      const term = { n: numerator / divisor, d: denominator / divisor, powers };
      if (term.n > most.factor || term.n < -most.factor || term.d > most.factor) return null;
      collected.set(key, term);
    }
    if (collected.size > most.terms) return null;
  }
  return collected;
}

export function add(a: Size, b: Size): Size | null {
  return sum([...a.values(), ...b.values()]);
}

export function negate(a: Size): Size {
  return new Map([...a].map(([key, term]) => [key, { ...term, n: -term.n }]));
}

export function subtract(a: Size, b: Size): Size | null {
  return add(a, negate(b));
}

function timesTerm(a: Term, b: Term): Term | null {
  if (b.powers.length === 0 || a.powers.length === 0) return { n: a.n * b.n, d: a.d * b.d, powers: a.powers.length === 0 ? b.powers : a.powers };
  const powers = new Map<Atom, number>(a.powers);
  for (const [atom, power] of b.powers) powers.set(atom, (powers.get(atom) ?? 0) + power);
  const kept = [...powers].filter(([, power]) => power !== 0).sort(([x], [y]) => x.id - y.id);
  if (kept.some(([, power]) => Math.abs(power) > most.power)) return null;
  return { n: a.n * b.n, d: a.d * b.d, powers: kept };
}

export function multiply(a: Size, b: Size): Size | null {
  if (a.size * b.size > most.terms ** 2 / 4) return null;
  const terms: Term[] = [];
  for (const x of a.values())
    for (const y of b.values()) {
      const term = timesTerm(x, y);
      if (term === null) return null;
      terms.push(term);
    }
  return sum(terms);
}

export function product(sizes: readonly Size[]): Size | null {
  return sizes.reduce<Size | null>((all, size) => (all === null ? null : multiply(all, size)), constant(1));
}

/** `a ** power`. */
export function raise(a: Size, power: number): Size | null {
  let result: Size | null = constant(1);
  if (power < 0 || power > most.power) return null;
  for (let i = 0; i < power && result !== null; i++) result = multiply(result, a);
  return result;
}

function inverse({ n, d, powers }: Term): Term {
  return { n: n < 0n ? -d : d, d: n < 0n ? -n : n, powers: powers.map(([atom, power]) => [atom, -power]) };
}

/** `a / b` where it is a sum again: b is one product, or divides a without a rest; else null. b is not 0. */
export function divide(a: Size, b: Size): Size | null {
  const [first] = b.values();
  if (first === undefined) return null;
  if (b.size === 1) return multiply(a, new Map([["", inverse(first)]]));
  const isPlain = (size: Size): boolean => [...size.values()].every(({ powers }) => powers.every(([, power]) => power > 0));
  if (!isPlain(a) || !isPlain(b)) return null;
  const leading = leadingTerm(b);
  const quotient: Term[] = [];
  let rest: Size | null = a;
  while (rest !== null && rest.size > 0 && quotient.length < most.terms) {
    const top = leadingTerm(rest);
    const step: Term | null = top === null || leading === null ? null : timesTerm(top, inverse(leading));
    if (step === null || step.powers.some(([, power]) => power < 0)) return null;
    quotient.push(step);
    const taken = multiply(b, new Map([["", step]]));
    rest = taken === null ? null : subtract(rest, taken);
  }
  return rest !== null && rest.size === 0 ? sum(quotient) : null;
}

// The largest by the power of the first atom, then of the second, ...
function leadingTerm(size: Size): Term | null {
  const atoms = [...new Set([...size.values()].flatMap(({ powers }) => powers.map(([atom]) => atom)))].sort((a, b) => a.id - b.id);
  const power = (term: Term, atom: Atom): number => term.powers.find(([other]) => other === atom)?.[1] ?? 0;
  return [...size.values()].reduce<Term | null>((best, term) => {
    if (best === null) return term;
    const first = atoms.find((atom) => power(term, atom) !== power(best, atom));
    return first !== undefined && power(term, first) > power(best, first) ? term : best;
  }, null);
}

/** Are all its values whole, because all its atoms and factors are? */
export function isSurelyWhole(size: Size): boolean {
  return [...size.values()].every(({ d, powers }) => d === 1n && powers.every(([atom, power]) => power > 0 && atom.isWhole));
}

/** Its value where the atoms have these; not a number where a divisor is 0. */
export function valueAt(size: Size, of: (atom: Atom) => number): number {
  let total = 0;
  for (const { n, d, powers } of size.values()) {
    let above = Number(n);
    let below = Number(d);
    for (const [atom, power] of powers) {
      const value = atomAt(atom, of);
      if (power > 0) above *= value ** power;
      else below *= value ** -power;
    }
    total += below === 0 ? Number.NaN : above / below;
  }
  // Thirds that add up to a whole number.
  return Math.abs(total - Math.round(total)) < 1e-9 ? Math.round(total) : total;
}

function atomAt(atom: Atom, of: (atom: Atom) => number): number {
  if (atom.made === null) return of(atom);
  const [a = Number.NaN, b = Number.NaN] = atom.made.of.map((part) => valueAt(part, of));
  switch (atom.made.by) {
    case "floor":
      return Math.floor(a);
    case "ceil":
      return Math.ceil(a);
    case "quotient":
      return b === 0 ? Number.NaN : a / b;
    case "power":
      return a ** b;
    case "min":
      return Math.min(a, b);
    case "max":
      return Math.max(a, b);
  }
}

/** As a program writes it: `2 * d`, `d / heads`, `ceil(h / 2) + 1`. */
export function printSize(size: Size): string {
  const degree = ({ powers }: Term): number => powers.reduce((all, [, power]) => all + power, 0);
  const terms = [...size.values()].sort((a, b) => degree(b) - degree(a) || (b.n > 0n ? 1 : 0) - (a.n > 0n ? 1 : 0));
  const [first, ...rest] = terms;
  if (first === undefined) return "0";
  const head = first.n < 0n ? `-${printTerm(first)}` : printTerm(first);
  return [head, ...rest.map((term) => `${term.n < 0n ? "-" : "+"} ${printTerm(term)}`)].join(" ");
}

function printTerm({ n, d, powers }: Term): string {
  const factor = n < 0n ? -n : n;
  const raised = ([atom, power]: readonly [Atom, number]): string => (Math.abs(power) === 1 ? atom.name : `${atom.name} ** ${Math.abs(power)}`);
  const above = powers.filter(([, power]) => power > 0).map(raised);
  const below = powers.filter(([, power]) => power < 0).map(raised);
  if (factor !== 1n || above.length === 0) above.unshift(String(factor));
  if (d !== 1n) below.unshift(String(d));
  const divisor = below.length > 1 ? `(${below.join(" * ")})` : below.join("");
  return `${above.join(" * ")}${divisor === "" ? "" : ` / ${divisor}`}`;
}
