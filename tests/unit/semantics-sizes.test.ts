// Sizes as symbols: their canonical form, what is proven of two of them, and what the check of a body says beside its messages.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import { Atoms } from "../../compiler/semantics/sizes/atoms.js";
import { compareSizes, signOf } from "../../compiler/semantics/sizes/compare.js";
import { printSymbolicType, probe, type Answer, type OptionGuess, type Question } from "../../compiler/semantics/sizes/probe.js";
import { constant, ofAtom, printSize, valueAt, type Size } from "../../compiler/semantics/sizes/size.js";
import { answerStated } from "../../compiler/semantics/sizes/stated.js";
import { check, mend } from "./semantics-support.js";

const atoms = new Atoms();
const [t, d, h] = ["t", "d", "h"].map((name) => ofAtom(atoms.symbol(name, 1))) as [Size, Size, Size];
const k = ofAtom(atoms.symbol("k", null));
const one = constant(1);
const two = constant(2);

test("sums are canonical", () => {
  const product = atoms.multiply(atoms.add(t, one), atoms.subtract(d, one));
  assert.is(printSize(product), "t * d + d - t - 1");
  assert.is(compareSizes(product, atoms.subtract(atoms.multiply(t, d), atoms.add(atoms.subtract(t, d), one))), "equal");
  assert.is(printSize(atoms.divide(product, atoms.add(t, one))), "d - 1");
});

test("quotients cancel", () => {
  const part = atoms.divide(d, k);
  assert.is(printSize(part), "d / k");
  assert.is(compareSizes(atoms.multiply(k, part), d), "equal");
  assert.is(printSize(atoms.divide(atoms.multiply(d, constant(4)), atoms.multiply(two, k))), "2 * d / k");
});

test("rounding keeps what is whole outside", () => {
  assert.is(printSize(atoms.ceil(atoms.divide(atoms.add(h, two), two))), "ceil(h / 2) + 1");
  assert.is(printSize(atoms.floor(atoms.multiply(two, h))), "2 * h");
  assert.is(printSize(atoms.ceil(constant(7n, 2n))), "4");
  assert.is(printSize(atoms.floor(constant(-7n, 2n))), "-4");
  assert.is(compareSizes(atoms.ceil(atoms.divide(h, two)), atoms.ceil(atoms.divide(h, two))), "equal");
});

test("powers", () => {
  assert.is(printSize(atoms.power(atoms.add(d, one), two)), "d ** 2 + 2 * d + 1");
  assert.is(printSize(atoms.power(two, k)), "2 ** k");
});

test("what differs for all values, and what does not", () => {
  const cases: readonly (readonly [Size, Size, ReturnType<typeof compareSizes>])[] = [
    [d, atoms.multiply(two, d), "different"],
    [t, atoms.add(t, one), "different"],
    [t, d, "unknown"],
    // d may be 3.
    [d, constant(3), "unknown"],
    [atoms.multiply(two, d), constant(3), "different"],
    [atoms.multiply(two, k), constant(3), "different"],
    [atoms.add(d, t), one, "different"],
    [atoms.add(d, t), two, "unknown"],
    // k may be 0.
    [d, atoms.add(d, k), "unknown"],
    [atoms.multiply(d, k), d, "unknown"],
    [atoms.divide(d, two), d, "different"],
    // h may be 1.
    [atoms.ceil(atoms.divide(h, two)), h, "unknown"],
    [atoms.add(atoms.ceil(atoms.divide(h, two)), one), atoms.ceil(atoms.divide(h, two)), "different"],
    [atoms.multiply(d, d), atoms.add(atoms.multiply(d, d), atoms.multiply(t, constant(5))), "different"],
  ];
  for (const [a, b, expected] of cases) {
    assert.is(compareSizes(a, b), expected, `${printSize(a)} and ${printSize(b)}`);
    assert.is(compareSizes(b, a), expected, `${printSize(b)} and ${printSize(a)}`);
  }
  assert.is(signOf(atoms.subtract(atoms.multiply(two, d), one)), "positive");
  assert.is(signOf(atoms.subtract(one, atoms.add(d, t))), "negative");
  assert.is(signOf(k), "unknown");
  assert.is(signOf(atoms.divide(d, k)), "unknown");
});

test("values of sizes", () => {
  const size = atoms.add(atoms.ceil(atoms.divide(h, two)), atoms.divide(d, k));
  assert.is(valueAt(size, (atom) => ({ h: 7, d: 12, k: 4 })[atom.name as "h" | "d" | "k"]), 7);
});

test("sums too large to compute with are not known", () => {
  let size: Size = d;
  for (let i = 0; i < 12; i++) size = atoms.multiply(size, atoms.add(size, ofAtom(atoms.symbol(`s${i}`, 1))));
  assert.is(compareSizes(size, d), "unknown");
});

test("the message of a block says what disagrees, where it comes from and what would fit", () => {
  const source = "block residual(x: f32[t, d]) -> f32[t, d] {\n  return x + (x |> dense(2 * d) |> relu)\n}\n";
  const [diagnostic, ...others] = check(source).diagnostics;
  assert.is(others.length, 0);
  assert.is(diagnostic?.message, "`+` takes equal sizes, or 1, from the right, found f32[t, d] and f32[t, 2 * d].");
  assert.is(diagnostic?.help, "Make `d` and `2 * d` the same size: they differ in every call.");
  assert.equal(diagnostic?.notes.map(({ origin, message }) => `${source.slice(origin.span.start, origin.span.end)}: ${message}`), ["x: f32[t, d]: f32[t, d] comes from here.", "relu: f32[t, 2 * d] comes from here.", "x: f32[t, d]: `d` is a size of `x`."]);
  assert.equal(check(mend(source)).diagnostics, []);
});

test("no fix writes a name that stands for something else by then", () => {
  const { diagnostics } = check("block b(x: f32[t, d]) -> f32[t, d] {\n  y = x |> dense(d + 1)\n  d = 3\n  return x + y\n}\n");
  assert.equal(diagnostics.map(({ id, fixes }) => [id, fixes]), [["shape-mismatch", []]]);
});

test("a block that is wrong in every call is told once, where it stands", () => {
  const block = "block b(x: f32[d]) -> f32[d] {\n  return x + (x |> dense(2 * d))\n}\n";
  const calls = "model Net {\n  input x: f32[4], z: f32[5]\n  output y = x |> b\n  output w = z |> b\n}\n";
  assert.equal(check(block + calls).lines.map((line) => line.split(" ").slice(0, 2).join(" ")), ["2:10 shape-mismatch"]);
});

test("each call with wrong numbers is told, with the calls on the way in notes", () => {
  const library = "block inner(x: f32[t, d], heads: int) -> f32[t, d] {\n  return x |> reshape([t, heads, d / heads]) |> reshape([t, d])\n}\nblock outer(x: f32[t, d], heads: int) -> f32[t, d] {\n  return x |> inner(heads) |> relu\n}\n";
  const source = 'import { outer } from "./library.sop"\nmodel Net {\n  input x: f32[2, 64]\n  output y = x |> outer(heads: 3)\n  output z = x |> outer(heads: 5)\n  output w = x |> outer(heads: 4)\n}\n';
  const { diagnostics, lines } = check(source, { "library.sop": library });
  assert.equal(lines, ['4:19 not-whole {"what":"`shape` of `reshape`","found":"64/3"}', '5:19 not-whole {"what":"`shape` of `reshape`","found":"12.8"}']);
  const [first] = diagnostics;
  assert.equal(first?.notes.map(({ origin, message }) => `${origin.file} ${library.slice(origin.span.start, origin.span.end)}: ${message}`), ["library.sop d / heads: It fails here, with the sizes of this call.", "library.sop inner(heads): In this call."]);
  assert.equal(first?.fixes, []);
});

test("what a layer's rule in words says of symbols is what trying the rule finds", () => {
  const say = (answer: Answer): string => (answer.kind === "never" ? "never" : `${answer.type === null ? "?" : printSymbolicType(answer.type)} ${answer.isAlways}`);
  const stated = new Set<string>();
  for (const layer of Object.keys(layers) as LayerKind[]) {
    for (const shape of [[], [d], [one], [t, d], [t, atoms.multiply(two, d)], [h, h, constant(3)]]) {
      for (const size of [k, d, atoms.multiply(two, k), constant(5), atoms.subtract(d, one), atoms.divide(d, two)]) {
        const options = new Map<string, OptionGuess>();
        for (const { name, type, default: usual } of layers[layer].options) {
          if (usual === undefined) options.set(name, type.kind === "int" ? { kind: "size", size, min: type.min ?? 1 } : { kind: "known", value: 0.5 });
          else if (usual !== null && typeof usual !== "function") options.set(name, { kind: "known", value: usual });
        }
        const question: Question = { layer, tensors: [{ dtype: "f32", shape }], options };
        const answer = answerStated(question);
        if (answer === null) continue;
        stated.add(layer);
        assert.is(say(answer), say(probe(question, atoms)), `${layer} of ${printSymbolicType({ dtype: "f32", shape })} with ${printSize(size)}`);
      }
    }
  }
  assert.is([...stated].join(" "), "dense batch_norm dropout layer_norm rms_norm l2_normalize noise relu leaky_relu elu gelu silu sigmoid tanh softplus exp log sqrt softmax neg");
});

test("a number that is wrong in every call stays where it is written", () => {
  const { lines } = check("block b(x: f32[d]) -> f32[d] {\n  return x |> dropout(2)\n}\nmodel Net {\n  input x: f32[4]\n  output y = x |> b\n}\n");
  assert.equal(lines.map((line) => line.split(" ").slice(0, 2).join(" ")), ["2:23 option-range"]);
});

test("a block with much in it ends its check", () => {
  const turns = "repeat n {\n".repeat(12);
  const start = performance.now();
  check(`block b(x: f32[d], n: int) -> f32[d] {\n${turns}x = x |> dense(d) |> relu\n${"}\n".repeat(12)}return x\n}\n`);
  const branches = Array.from({ length: 3000 }, (_, i) => `if n == ${i} { x = x |> relu }`).join(" else ");
  check(`block b(x: f32[d], n: int) -> f32[d] {\n${branches}\nreturn x\n}\n`);
  check(`block b(x: f32[d], n: int) -> f32[d] {\nreturn x |> dense(${"if n == 1 then 2 else ".repeat(3000)}3)\n}\n`);
  assert.ok(performance.now() - start < 20_000);
});

test("the standard library and the programs are right", () => {
  const folder = (path: string): readonly string[] => {
    const root = fileURLToPath(new URL(path, import.meta.url));
    return readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sop")).map((file) => root + file);
  };
  const ofSizes = new Set(["shape-mismatch", "argument-type", "result-type", "return-count"]);
  for (const path of [...folder("../../stdlib/"), ...folder("../cases/programs/")]) {
    const found = check(readFileSync(path, "utf8")).diagnostics.filter(({ id }) => ofSizes.has(id));
    assert.equal(found.map(({ message }) => message), [], path);
  }
});

test.run();
