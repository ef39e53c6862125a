// Compile-time numbers: exact, correctly rounded when they become floats, and capped.

import { test } from "uvu";
import * as assert from "uvu/assert";
import fc from "fast-check";
import { functions } from "../../compiler/semantics/functions.js";
import { add, compare, divide, exact, floor, isNum, multiply, parseNumber, power, printNum, toNumber, whole, type Num, type NumError } from "../../compiler/semantics/numbers.js";

const num = (value: Num | NumError): Num => {
  if (!isNum(value)) throw new Error(value);
  return value;
};
const literal = (text: string, suffix: string | null = null): Num => num(parseNumber(text, suffix));

test("literals", () => {
  assert.is(toNumber(literal("64_000")), 64000);
  assert.is(toNumber(literal("1e-3")), 0.001);
  assert.is(toNumber(literal("10", "%")), 0.1);
  assert.is(toNumber(literal("0.28", "M")), 280000);
  assert.is(toNumber(literal("2", "GB")), 2e9);
  assert.is(toNumber(literal("1e308")), 1e308);
  assert.is(parseNumber("1e999999", null), "too-large");
  assert.is(parseNumber("9".repeat(400), null), "too-large");
});

test("arithmetic is exact", () => {
  const third = num(divide(whole(1), whole(3)));
  assert.is(printNum(num(multiply(third, whole(3)))), "1");
  assert.is(printNum(num(add(literal("0.1"), literal("0.2")))), "0.3");
  assert.is(printNum(num(divide(whole(28), whole(3)))), "28/3");
  assert.is(printNum(num(divide(whole(-1), whole(8)))), "-0.125");
  assert.is(divide(whole(1), whole(0)), "division-by-zero");
  assert.is(printNum(num(power(whole(2), whole(-3)))), "0.125");
  assert.is(power(whole(0), whole(-1)), "division-by-zero");
  assert.is(power(whole(2), whole(10 ** 9)), "too-large");
  assert.is(printNum(num(power(whole(-1), whole(10 ** 9)))), "1");
});

test("functions", () => {
  const call = (name: string, ...args: readonly Num[]): Num | NumError => functions[name]?.compute(args) ?? "not-real";
  assert.is(printNum(num(call("sqrt", literal("2.25")))), "1.5");
  assert.is(toNumber(num(call("sqrt", whole(2)))), Math.SQRT2);
  assert.is(call("sqrt", whole(-1)), "not-real");
  assert.is(call("log", whole(0)), "not-real");
  assert.is(printNum(num(call("ceil", num(divide(whole(28), whole(3)))))), "10");
  assert.is(printNum(num(call("floor", num(divide(whole(-7), whole(2)))))), "-4");
  assert.is(printNum(num(call("round", num(divide(whole(-7), whole(2)))))), "-3");
  assert.is(printNum(num(call("max", whole(2), literal("2.5"), whole(1)))), "2.5");
  assert.is(printNum(num(call("log2", whole(1024)))), "10");
});

test("a quotient becomes the nearest float", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (n, d) => {
      // Both are exact floats, so that the machine's division rounds once.
      assert.is(toNumber(num(exact(BigInt(n), BigInt(d)))) + 0, n / d + 0);
    }),
  );
});

test("floor is the largest whole number that is not above", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (n, d) => {
      const value = num(exact(BigInt(n), BigInt(d)));
      const below = num(floor(value));
      assert.ok(compare(below, value) <= 0);
      assert.ok(compare(num(add(below, whole(1))), value) > 0);
    }),
  );
});

test("a literal is read as JavaScript reads it", () => {
  fc.assert(fc.property(fc.double({ min: 1e-200, max: 1e200, noNaN: true }), (value) => assert.is(toNumber(literal(String(value).replace("e+", "e"))), value)));
});

test.run();
