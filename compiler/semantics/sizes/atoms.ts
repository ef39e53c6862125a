// The names that occur in the sizes of one body. Equal opaque sizes get one name, so that they are equal.

import { signOf } from "./compare.js";
import { add, constant, constantOf, divide, fromNum, isSurelyWhole, multiply, ofAtom, printSize, raise, subtract, sum, type Atom, type Opaque, type Size, type Term } from "./size.js";
import type { Num } from "../numbers.js";

export class Atoms {
  readonly #opaque = new Map<string, Atom>();
  #count = 0;

  /** A symbol; every call makes another. */
  symbol(name: string, least: number | null, mayStretch = false): Atom {
    return { id: this.#count++, name, least, isWhole: true, mayStretch, made: null };
  }

  /** A size of which only is known that it is one. */
  unknownSize(): Size {
    return ofAtom(this.symbol("?", 1, true));
  }

  /** A number of which nothing is known. */
  unknownNumber(): Size {
    return ofAtom({ id: this.#count++, name: "?", least: null, isWhole: false, mayStretch: true, made: null });
  }

  number(num: Num): Size {
    return fromNum(num) ?? this.unknownNumber();
  }

  add(a: Size, b: Size): Size {
    return add(a, b) ?? this.unknownNumber();
  }

  subtract(a: Size, b: Size): Size {
    return subtract(a, b) ?? this.unknownNumber();
  }

  multiply(a: Size, b: Size): Size {
    return multiply(a, b) ?? this.unknownNumber();
  }

  divide(a: Size, b: Size): Size {
    if (b.size === 0) return this.unknownNumber();
    return divide(a, b) ?? this.#made("quotient", [a, b], null, false);
  }

  power(a: Size, b: Size): Size {
    const exponent = constantOf(b);
    if (exponent !== null && exponent.d === 1n && exponent.n >= 0n && exponent.n <= 24n) return raise(a, Number(exponent.n)) ?? this.unknownNumber();
    const isWhole = isSurelyWhole(a) && isSurelyWhole(b) && signOf(this.#plus(b, 1)) === "positive";
    return this.#made("power", [a, b], isWhole && signOf(a) === "positive" ? 1 : null, isWhole);
  }

  floor(a: Size): Size {
    return this.#rounded("floor", a);
  }

  ceil(a: Size): Size {
    return this.#rounded("ceil", a);
  }

  extreme(by: "min" | "max", a: Size, b: Size): Size {
    const order = signOf(this.subtract(a, b));
    if (order === "zero" || order === (by === "max" ? "positive" : "negative")) return a;
    if (order === (by === "max" ? "negative" : "positive")) return b;
    const isPositive = signOf(a) === "positive" && signOf(b) === "positive";
    const isWhole = isSurelyWhole(a) && isSurelyWhole(b);
    return this.#made(by, [a, b].sort((x, y) => (key(x) < key(y) ? -1 : 1)), isPositive && isWhole ? 1 : null, isWhole);
  }

  #plus(a: Size, n: number): Size {
    return add(a, constant(n)) ?? a;
  }

  // What is whole in any case moves out: ceil(h / 2 + 1) is ceil(h / 2) + 1.
  #rounded(by: "floor" | "ceil", a: Size): Size {
    const whole: Term[] = [];
    const rest: Term[] = [];
    for (const term of a.values()) {
      if (isSurelyWhole(new Map([["", term]]))) whole.push(term);
      else if (term.powers.length > 0) rest.push(term);
      else {
        const below = term.n / term.d - (term.n < 0n && term.n % term.d !== 0n ? 1n : 0n);
        whole.push({ n: below, d: 1n, powers: [] });
        rest.push({ n: term.n - below * term.d, d: term.d, powers: [] });
      }
    }
    const outer = sum(whole);
    const inner = sum(rest);
    if (outer === null || inner === null) return this.unknownNumber();
    const known = constantOf(inner);
    if (known !== null) return known.n === 0n || by === "floor" ? outer : this.#plus(outer, 1);
    const least = signOf(inner) !== "positive" ? null : by === "ceil" ? 1 : 0;
    return this.add(outer, this.#made(by, [inner], least, true));
  }

  #made(by: Opaque, of: readonly Size[], least: number | null, isWhole: boolean): Size {
    const text = `${by} ${of.map(key).join(" | ")}`;
    const known = this.#opaque.get(text);
    if (known !== undefined) return ofAtom(known);
    const [a = "", b = ""] = of.map(printSize);
    const name = by === "quotient" ? `(${a}) / (${b})` : by === "power" ? `${brackets(a)} ** ${brackets(b)}` : `${by}(${of.map(printSize).join(", ")})`;
    const mayStretch = of.some((size) => [...size.values()].some(({ powers }) => powers.some(([atom]) => atom.mayStretch)));
    const atom: Atom = { id: this.#count++, name: name.includes("?") ? "?" : name, least, isWhole, mayStretch, made: { by, of } };
    this.#opaque.set(text, atom);
    return ofAtom(atom);
  }
}

function brackets(text: string): string {
  return /^[\w.?]+$/.test(text) ? text : `(${text})`;
}

function key(size: Size): string {
  return [...size].map(([powers, { n, d }]) => `${n}/${d} ${powers}`).sort().join(" + ");
}
