// The streams of random numbers: published vectors of the generator, moments, independence of keys.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { philox4x32, stream, type Stream } from "../../runtime/random.js";

test("Philox4x32-10 gives the published vectors", () => {
  // kat_vectors of Random123.
  const vectors = [
    { counter: [0, 0, 0, 0], key: [0, 0], out: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
    { counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], out: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
    { counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], key: [0xa4093822, 0x299f31d0], out: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
  ] as const;
  for (const { counter, key, out } of vectors) {
    const block = new Uint32Array(4);
    philox4x32(Uint32Array.from(counter), key[0], key[1], block);
    assert.equal([...block], [...out]);
  }
});

test("the same keys give the same numbers, others give others", () => {
  const first = (...keys: readonly (string | number)[]): number => stream(7, "mix", ...keys).uint32();
  assert.is(first("a", 1), first("a", 1));
  const seen = new Set<number>();
  for (const path of ["a", "b", "a1", "a.b", "conv2d_1", "conv2d_2"]) for (let step = 0; step < 200; step++) seen.add(first(path, step));
  assert.is(seen.size, 1200);
  // Keys are not joined: ("a", 11) is not ("a1", 1).
  assert.is.not(first("a", 11), first("a1", 1));
  assert.is.not(stream(7, "init", "a").uint32(), stream(8, "init", "a").uint32());
  assert.is.not(stream(7, "init", "a").uint32(), stream(7, "mix", "a").uint32());
});

test("the numbers of a stream are pinned: weights of a seed must not change by accident", () => {
  const numbers = stream(7, "init", "dense.kernel");
  assert.equal(
    [numbers.uint32(), numbers.uint32(), numbers.uint32(), numbers.uint32(), numbers.uint32()],
    [1538269434,3873204153,4124977590,3375478543,3172863000],
  );
});

function moments(draw: (s: Stream) => number): { mean: number; variance: number } {
  const numbers = stream(1, "test");
  const n = 100_000;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const x = draw(numbers);
    sum += x;
    squares += x * x;
  }
  return { mean: sum / n, variance: squares / n - (sum / n) ** 2 };
}

test("moments of the distributions", () => {
  const cases: readonly [string, (s: Stream) => number, number, number][] = [
    ["uniform", (s) => s.uniform(), 1 / 2, 1 / 12],
    ["normal", (s) => s.normal(), 0, 1],
    ["exponential", (s) => s.exponential(), 1, 1],
    ["gamma(0.3)", (s) => s.gamma(0.3), 0.3, 0.3],
    ["gamma(1)", (s) => s.gamma(1), 1, 1],
    ["gamma(4.5)", (s) => s.gamma(4.5), 4.5, 4.5],
    ["below(6)", (s) => s.below(6), 2.5, 35 / 12],
  ];
  for (const [name, draw, mean, variance] of cases) {
    const found = moments(draw);
    assert.ok(Math.abs(found.mean - mean) < 0.02 * Math.max(1, mean), `${name}: mean ${found.mean}`);
    assert.ok(Math.abs(found.variance - variance) < 0.05 * Math.max(1, variance), `${name}: variance ${found.variance}`);
  }
});

test("a permutation has every number once and orders are equally likely", () => {
  assert.equal([...stream(1, "order", 0).permutation(1000)].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assert.equal([...stream(1, "order", 0).permutation(0)], []);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = stream(1, "order", i).permutation(3).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.is(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, String(count));
});

test.run();
