// Compile-time numbers: exact rationals, floats where a function is irrational. Sizes are capped, so that no program can make
// the compiler compute for long: what would be larger is an error.

/** A number: `n / d` in lowest terms with d > 0, or a finite float. */
export type Num = { readonly kind: "exact"; readonly n: bigint; readonly d: bigint } | { readonly kind: "float"; readonly value: number };

/** Why a computation has no result. */
export type NumError = "too-large" | "division-by-zero" | "not-real";

/** More bits than this in a numerator or denominator is too large; 1e308 has 1,024. */
const bitLimit = 1100;

export const zero: Num = { kind: "exact", n: 0n, d: 1n };
export const one: Num = { kind: "exact", n: 1n, d: 1n };

export function isNum(value: Num | NumError): value is Num {
  return typeof value === "object";
}

/** A float, or an error where it is not finite. */
export function float(value: number): Num | NumError {
  if (Number.isNaN(value)) return "not-real";
  return Number.isFinite(value) ? { kind: "float", value } : "too-large";
}

/** A whole number as an exact one. */
export function whole(value: number): Num {
  return { kind: "exact", n: BigInt(Math.trunc(value)), d: 1n };
}

function bits(n: bigint): number {
  return n.toString(16).length * 4;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** `n / d` in lowest terms; d is not 0. */
export function exact(n: bigint, d: bigint): Num | NumError {
  const divisor = gcd(n, d < 0n ? -d : d);
  const sign = d < 0n ? -1n : 1n;
  const [numerator, denominator] = divisor === 0n ? [0n, 1n] : [(sign * n) / divisor, (sign * d) / divisor];
  return bits(numerator) > bitLimit || bits(denominator) > bitLimit ? "too-large" : { kind: "exact", n: numerator, d: denominator };
}

// K, M, G and their bytes count in thousands.
const suffixes: Readonly<Record<string, readonly [bigint, bigint]>> = {
  "%": [1n, 100n],
  K: [1_000n, 1n],
  M: [1_000_000n, 1n],
  G: [1_000_000_000n, 1n],
  KB: [1_000n, 1n],
  MB: [1_000_000n, 1n],
  GB: [1_000_000_000n, 1n],
};

const shortWhole = /^\d{1,15}$/;
const literals = new Map<string, Num | NumError>();

/** The value of a literal's digits (`64_000`, `1.5e-3`) and suffix. */
export function parseNumber(text: string, suffix: string | null): Num | NumError {
  const literal = suffix === null ? text : text + suffix;
  const known = literals.get(literal);
  if (known !== undefined) return known;
  const value: Num | NumError = suffix === null && shortWhole.test(text) ? { kind: "exact", n: BigInt(text), d: 1n } : parseParts(text, suffix);
  // Those of a program are few and come again and again.
  if (literals.size < 1000) literals.set(literal, value);
  return value;
}

function parseParts(text: string, suffix: string | null): Num | NumError {
  const match = /^(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.replaceAll("_", ""));
  if (match === null) return "not-real";
  const [, integer = "", fraction = "", power = "0"] = match;
  if (integer.length + fraction.length > 330 || power.length > 5) return "too-large";
  const exponent = Number(power) - fraction.length;
  if (Math.abs(exponent) > 330) return "too-large";
  const digits = BigInt(integer + fraction || "0");
  const [n, d] = suffixes[suffix ?? ""] ?? [1n, 1n];
  return exponent >= 0 ? exact(digits * n * 10n ** BigInt(exponent), d) : exact(digits * n, d * 10n ** BigInt(-exponent));
}

/** The nearest float. */
export function toNumber(num: Num): number {
  if (num.kind === "float") return num.value;
  const { n, d } = num;
  const above = Number(n);
  const below = Number(d);
  // A quotient of two floats is rounded once.
  if (d === 1n || (Number.isSafeInteger(above) && Number.isSafeInteger(below))) return above / below;
  const negative = n < 0n;
  const magnitude = negative ? -n : n;
  // A quotient of at least 66 bits with a sticky last bit rounds once, correctly.
  const shift = Math.max(0, 66 - (bits(magnitude) - bits(d)));
  const scaled = magnitude << BigInt(shift);
  const quotient = (scaled / d) | (scaled % d === 0n ? 0n : 1n);
  // Two steps, so that 2 ** -shift does not underflow before the product does.
  const half = Math.floor(shift / 2);
  const value = Number(quotient) * 2 ** -half * 2 ** -(shift - half);
  return negative ? -value : value;
}

export function isWhole(num: Num): boolean {
  return num.kind === "exact" ? num.d === 1n : Number.isInteger(num.value);
}

function exactly(a: Num, b: Num, rational: (n1: bigint, d1: bigint, n2: bigint, d2: bigint) => Num | NumError, floating: (x: number, y: number) => number): Num | NumError {
  return a.kind === "exact" && b.kind === "exact" ? rational(a.n, a.d, b.n, b.d) : float(floating(toNumber(a), toNumber(b)));
}

export function add(a: Num, b: Num): Num | NumError {
  return exactly(a, b, (n1, d1, n2, d2) => exact(n1 * d2 + n2 * d1, d1 * d2), (x, y) => x + y);
}

export function negate(a: Num): Num {
  return a.kind === "exact" ? { kind: "exact", n: -a.n, d: a.d } : { kind: "float", value: -a.value };
}

export function subtract(a: Num, b: Num): Num | NumError {
  return add(a, negate(b));
}

export function multiply(a: Num, b: Num): Num | NumError {
  return exactly(a, b, (n1, d1, n2, d2) => exact(n1 * n2, d1 * d2), (x, y) => x * y);
}

export function divide(a: Num, b: Num): Num | NumError {
  if (compare(b, zero) === 0) return "division-by-zero";
  return exactly(a, b, (n1, d1, n2, d2) => exact(n1 * d2, d1 * n2), (x, y) => x / y);
}

/** a ** b: exact for a whole b, else a float. */
export function power(a: Num, b: Num): Num | NumError {
  if (a.kind !== "exact" || b.kind !== "exact" || b.d !== 1n) return float(toNumber(a) ** toNumber(b));
  if (a.n === 0n) return b.n < 0n ? "division-by-zero" : b.n === 0n ? one : zero;
  if (a.d === 1n && a.n === 1n) return one;
  if (a.d === 1n && a.n === -1n) return b.n % 2n === 0n ? one : negate(one);
  const exponent = b.n < 0n ? -b.n : b.n;
  if (exponent > BigInt(bitLimit) || (Math.max(bits(a.n), bits(a.d)) - 4) * Number(exponent) > bitLimit) return "too-large";
  return b.n < 0n ? exact(a.d ** exponent, a.n ** exponent) : exact(a.n ** exponent, a.d ** exponent);
}

/** Negative, 0 or positive as a is below, equal to or above b. */
export function compare(a: Num, b: Num): number {
  if (a.kind === "exact" && b.kind === "exact") {
    const difference = a.n * b.d - b.n * a.d;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  return toNumber(a) - toNumber(b);
}

/** The largest whole number that is not above. */
export function floor(a: Num): Num | NumError {
  if (a.kind === "float") return exact(BigInt(Math.floor(a.value)), 1n);
  const quotient = a.n / a.d;
  return { kind: "exact", n: a.n < 0n && quotient * a.d !== a.n ? quotient - 1n : quotient, d: 1n };
}

export function ceil(a: Num): Num | NumError {
  const below = floor(negate(a));
  return isNum(below) ? negate(below) : below;
}

/** A whole number in digits, a terminating fraction as a decimal, another as `28/3`. */
export function printNum(num: Num): string {
  if (num.kind === "float") return String(num.value);
  if (num.d === 1n) return num.n.toString().length > 24 ? toNumber(num).toExponential(3) : num.n.toString();
  const value = toNumber(num);
  const decimal = parseNumber(String(Math.abs(value)), null);
  if (isNum(decimal) && compare(decimal, num.n < 0n ? negate(num) : num) === 0) return String(value);
  const quotient = `${num.n}/${num.d}`;
  return quotient.length > 24 ? String(value) : quotient;
}
