// Laws of reading and printing, on programs that are damaged at random. Seeds are fixed; fast-check prints its own.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { children, walk, type Node } from "../../compiler/ast/visit.js";
import { checkFormat } from "../support/formatting.js";
import { mutate, randomStream } from "../support/mutate.js";
import { programs } from "../support/programs.js";

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

test("any text at all is read without a throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      parse({ path: "a.sop", text });
    }),
    { numRuns: 500, seed: 1 },
  );
});

test.run();
