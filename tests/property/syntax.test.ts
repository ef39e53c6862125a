// Laws of reading and printing, on programs that are damaged or written another way at random. Seeds are fixed; fast-check prints its own.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/build-ast.js";
import { format } from "../../compiler/ast/format.js";
import { sameMeaning } from "../../compiler/ast/same-meaning.js";
import { children, walk, type Node } from "../../compiler/ast/visit.js";
import { mutate, randomStream, relayout } from "../support/mutate.js";
import { programs } from "../support/programs.js";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const samples = fc.constantFrom(...programs.map(({ text }) => text));

/** The words of all comments; two on one line become one, so the words are what is kept. */
function commentWords(text: string): string {
  return parse({ path: "a.sop", text })
    .value.comments.flatMap((comment) => comment.text.split(/[\s/]+/))
    .sort()
    .join(" ");
}

/** Formatting changes neither meaning nor comments and is done after one time. */
function checkFormat(text: string): void {
  const { value } = parse({ path: "a.sop", text });
  const once = format(value, text);
  const again = parse({ path: "a.sop", text: once });
  assert.equal(again.diagnostics.map(({ message }) => message), [], `${text}\nis formatted as\n${once}`);
  assert.ok(sameMeaning(value, again.value), `${text}\nis formatted as\n${once}`);
  assert.is(format(again.value, once), once);
  assert.is(commentWords(once), commentWords(text));
}

/** A tree without messages is complete, and every part lies within its whole. */
function checkTree(root: Node, isComplete: boolean, length: number): void {
  walk(root, (node) => {
    assert.ok(node.span.start <= node.span.end && node.span.end <= length, node.kind);
    if (!isComplete) return;
    assert.is.not(node.kind, "missing");
    if (node.kind === "name") assert.is.not(node.text, "");
    for (const child of children(node)) assert.ok(child.span.start >= node.span.start && child.span.end <= node.span.end, `${child.kind} in ${node.kind}`);
  });
}

test("2,000 damaged programs are read without a throw; those without a message are complete and can be formatted", () => {
  const random = randomStream(20_240_601);
  let clean = 0;
  for (let i = 0; i < 2000; i++) {
    const text = mutate(programs[i % programs.length]?.text ?? "", random);
    const { value, diagnostics } = parse({ path: "a.sop", text });
    for (const { origin } of diagnostics) assert.ok(origin.span.start >= 0 && origin.span.start <= origin.span.end && origin.span.end <= text.length);
    checkTree(value, diagnostics.length === 0, text.length);
    if (diagnostics.length > 0) continue;
    clean++;
    checkFormat(text);
  }
  assert.ok(clean > 100, `${clean} without a message`);
});

test("a single change gives at most two messages in nine of ten programs", () => {
  const random = randomStream(7);
  let few = 0;
  for (let i = 0; i < 500; i++) {
    const text = mutate(programs[i % programs.length]?.text ?? "", random, 1);
    if (parse({ path: "a.sop", text }).diagnostics.length <= 2) few++;
  }
  assert.ok(few >= 450, `${few} of 500`);
});

test("programs that are laid out another way are formatted without a loss", () => {
  let clean = 0;
  fc.assert(
    fc.property(samples, seeds, (text, seed) => {
      const other = relayout(text, randomStream(seed));
      if (parse({ path: "a.sop", text: other }).diagnostics.length > 0) return;
      clean++;
      checkFormat(other);
    }),
    { numRuns: 300, seed: 1 },
  );
  assert.ok(clean > 100, `${clean} without a message`);
});

test("any text at all is read without a throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      parse({ path: "a.sop", text });
    }),
    { numRuns: 500, seed: 1 },
  );
});

test.run();
