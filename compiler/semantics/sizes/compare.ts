// What can be proven of two sizes for every value of their symbols: equal, different, or neither.
//
// Two sizes are different if their difference cannot be 0. It is brought to whole factors and powers, what all its terms share is
// taken out (it is not 0 where its atoms are at least 1), and the rest is not 0 if it is a number, if the factors of all other terms
// have a divisor that its number has not (`2 * d + 1`), or if all its terms have one sign after each atom was written as its least
// value and something that is at least 0 (`2 * d - 1` is `2 * (d - 1) + 1`).

import { atomsOf, constant, constantOf, isSurelyWhole, multiply, ofAtom, raise, subtract, sum, gcd, type Atom, type Size, type Term } from "./size.js";

export type Comparison = "equal" | "different" | "unknown";

export type Sign = "zero" | "positive" | "negative" | "unknown";

const none: ReadonlySet<Atom> = new Set();

/** Compares for all values of the symbols. `positive` are atoms that are at least 1 here beside those that always are. */
export function compareSizes(a: Size, b: Size, positive: ReadonlySet<Atom> = none): Comparison {
  if (a === b) return "equal";
  const difference = subtract(a, b);
  if (difference === null) return "unknown";
  if (difference.size === 0) return "equal";
  if (isOfTwoNames(difference)) return "unknown";
  const { common, rest } = split(difference);
  if (rest === null || !common.every((atom) => leastOf(atom, positive) >= 1)) return "unknown";
  const known = constantOf(rest);
  if (known !== null) return "different";
  return isNeverDivisible(rest) || signOf(rest, positive) !== "unknown" ? "different" : "unknown";
}

// `d - width`, which is what most comparisons are about: it can be 0, whatever the least values of the two are.
function isOfTwoNames(difference: Size): boolean {
  if (difference.size !== 2) return false;
  const [first, second] = [...difference.values()];
  const isName = (term: Term | undefined): boolean => term?.powers.length === 1 && term.powers[0]?.[1] === 1;
  return isName(first) && isName(second) && first?.n === -(second?.n ?? 0n) && first.d === second?.d;
}

/** Its sign, where that is the same for all values of the symbols. */
export function signOf(size: Size, positive: ReadonlySet<Atom> = none): Sign {
  if (size.size === 0) return "zero";
  if (size.size === 1) return signOfProduct(size, positive);
  const { common, divisors, rest } = split(size);
  if (rest === null || ![...common, ...divisors].every((atom) => leastOf(atom, positive) >= 1)) return "unknown";
  const shifted = fromLeast(rest, positive);
  const terms = [...(shifted?.values() ?? [])];
  const number = shifted?.get("");
  if (number === undefined) return "unknown";
  if (terms.every(({ n }) => n > 0n)) return "positive";
  return terms.every(({ n }) => n < 0n) ? "negative" : "unknown";
}

function signOfProduct(size: Size, positive: ReadonlySet<Atom>): Sign {
  for (const { n, powers } of size.values()) {
    for (const [atom] of powers) if (leastOf(atom, positive) < 1) return "unknown";
    return n > 0n ? "positive" : "negative";
  }
  return "zero";
}

/** May it be the literal 1 that stretches, for all that is known? */
export function mayStretch(size: Size): boolean {
  return [...atomsOf(size)].some((atom) => atom.mayStretch);
}

function leastOf(atom: Atom, positive: ReadonlySet<Atom>): number {
  return Math.max(atom.least ?? Number.NEGATIVE_INFINITY, positive.has(atom) ? 1 : Number.NEGATIVE_INFINITY);
}

// The atoms that all terms share, below or above a line, and what is left without them, with whole factors.
function split(size: Size): { readonly common: readonly Atom[]; readonly divisors: readonly Atom[]; readonly rest: Size | null } {
  const atoms = new Set([...size.values()].flatMap(({ powers }) => powers.map(([atom]) => atom)));
  const lowest = new Map<Atom, number>();
  for (const atom of atoms) {
    const powers = [...size.values()].map((term) => term.powers.find(([other]) => other === atom)?.[1] ?? 0);
    const least = Math.min(...powers);
    if (least !== 0) lowest.set(atom, least);
  }
  const scale = [...size.values()].reduce((all, { d }) => (all % d === 0n ? all : all * d), 1n);
  const factor: Term = { n: scale, d: 1n, powers: [...lowest].map(([atom, power]) => [atom, -power] as const).sort(([a], [b]) => a.id - b.id) };
  // A divisor is never 0; only a shared factor can be.
  const of = (sign: number): readonly Atom[] => [...lowest].filter(([, power]) => power * sign > 0).map(([atom]) => atom);
  return { common: of(1), divisors: of(-1), rest: multiply(size, new Map([["", factor]])) };
}

function isNeverDivisible(size: Size): boolean {
  const number = size.get("");
  if (number === undefined || !isSurelyWhole(size)) return false;
  let divisor = 0n;
  for (const [key, { n }] of size) if (key !== "") divisor = gcd(divisor, n);
  return divisor > 1n && number.n % divisor !== 0n;
}

// Each atom as its least value and the rest above it; null where one has none.
function fromLeast(size: Size, positive: ReadonlySet<Atom>): Size | null {
  const terms: Term[] = [];
  for (const { n, d, powers } of size.values()) {
    let expanded: Size | null = sum([{ n, d, powers: [] }]);
    for (const [atom, power] of powers) {
      const least = leastOf(atom, positive);
      if (expanded === null || !Number.isFinite(least) || power < 0) return null;
      const shifted = least === 0 ? ofAtom(atom) : sum([...ofAtom(atom).values(), ...constant(Math.ceil(least)).values()]);
      const raised = shifted === null ? null : raise(shifted, power);
      expanded = raised === null ? null : multiply(expanded, raised);
    }
    if (expanded === null) return null;
    terms.push(...expanded.values());
  }
  return sum(terms);
}
