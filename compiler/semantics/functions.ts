// Functions on compile-time numbers. Exact where the result is rational, floats otherwise.

import { add, ceil, compare, exact, float, floor, isNum, negate, toNumber, zero, type Num, type NumError } from "./numbers.js";

export interface NumberFunction {
  readonly doc: string;
  /** Least and largest number of arguments. */
  readonly least: number;
  readonly most: number;
  readonly compute: (args: readonly Num[]) => Num | NumError;
}

const unary = (doc: string, compute: (x: Num) => Num | NumError): NumberFunction => ({ doc, least: 1, most: 1, compute: ([x = zero]) => compute(x) });
const half: Num = { kind: "exact", n: 1n, d: 2n };

function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

/** The functions by name. */
export const functions: Readonly<Record<string, NumberFunction>> = {
  floor: unary("The largest whole number that is not above.", floor),
  ceil: unary("The smallest whole number that is not below.", ceil),
  round: unary("The nearest whole number; halves go up.", (x) => {
    const shifted = add(x, half);
    return isNum(shifted) ? floor(shifted) : shifted;
  }),
  abs: unary("Without its sign.", (x) => (compare(x, zero) < 0 ? negate(x) : x)),
  sqrt: unary("Square root; exact where it is rational.", (x) => {
    if (compare(x, zero) < 0) return "not-real";
    if (x.kind === "exact") {
      const [n, d] = [integerRoot(x.n), integerRoot(x.d)];
      if (n * n === x.n && d * d === x.d) return exact(n, d);
    }
    return float(Math.sqrt(toNumber(x)));
  }),
  exp: unary("Exponential.", (x) => float(Math.exp(toNumber(x)))),
  log: unary("Natural logarithm.", (x) => (compare(x, zero) <= 0 ? "not-real" : float(Math.log(toNumber(x))))),
  log2: unary("Logarithm to base 2.", (x) => {
    if (compare(x, zero) <= 0) return "not-real";
    const value = Math.log2(toNumber(x));
    return Number.isInteger(value) && x.kind === "exact" ? exact(BigInt(value), 1n) : float(value);
  }),
  min: { doc: "The smallest.", least: 1, most: 100, compute: (args) => args.reduce((a, b) => (compare(b, a) < 0 ? b : a)) },
  max: { doc: "The largest.", least: 1, most: 100, compute: (args) => args.reduce((a, b) => (compare(b, a) > 0 ? b : a)) },
};
