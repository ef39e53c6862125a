// What people write in `fuse from` that is nearly right: the one message, what to do about it, and what its fix makes of it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fusionOptions } from "../../compiler/semantics/fusion/read-fusion.js";
import { namesOf } from "../../compiler/semantics/option-words.js";
import { check, mend } from "./semantics-support.js";

const program = (fuse: string): string => `data d = csv("d.csv") {
  fields x: f32[4], label: class[3]
}
model Net(width: int) {
  input  x: f32[4]
  output y: f32[3] = x |> dense(width) |> layer_norm |> relu |> dense(3)
}
recipe quick {
  loss      cross_entropy(y, label)
  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))
  batch     32
  steps     20
}
train left: Net(width: 8) on d { use quick; seed 1 }
train right: Net(width: 8) on d { use quick; seed 2 }
model Wide = Net(width: 16) fuse from ${fuse}
train wide: Wide on d { use quick; seed 3 }
`;

/** What is written, the message's id, words of its help, and what its fix makes of the text; null: there is none. */
const mistakes: readonly (readonly [written: string, id: string, help: RegExp, mended: string | null])[] = [
  ["left, right { new_weights: zero }", "option-type", /^Did you mean `zeros`\?$/, "left, right { new_weights: zeros }"],
  ["left, right { new_weights: Zeroes }", "option-type", /^Did you mean `zeros`\?$/, "left, right { new_weights: zeros }"],
  ["left, right { new_weights: zeros() }", "option-type", /^Did you mean `zeros`\?$/, "left, right { new_weights: zeros }"],
  ['left, right { new_weights: "zeros" }', "option-type", /^Write `zeros`, `normal` or `antisymmetric`\.$/, "left, right { new_weights: zeros }"],
  ["left, right { new_weights: 0 }", "option-type", /^Write `zeros`, `normal` or `antisymmetric`\.$/, null],
  ["left, right { new_weights: random }", "option-type", /^Write `zeros`, `normal` or `antisymmetric`\.$/, null],
  ["left, left { new_weights: antisymetric(0.1) }", "option-type", /^Did you mean `antisymmetric`\?$/, "left, left { new_weights: antisymmetric(0.1) }"],
  ["left, left { new_weights: antisymmetric }", "missing-option", /^Write `antisymmetric\(std: \.\.\.\)`/, null],
  ["left, right { new_weights: antisymmetric(-0.1) }", "option-range", /at least 0/, null],
  ["left, right { new_weight: zeros }", "unknown-option", /^$/, "left, right { new_weights: zeros }"],
  ["left, right { noise: 0.1 }", "unknown-option", /^Use an option of `fuse from`: `new_weights`/, null],
  ["left, right { norm: exact }", "unknown-option", /^$/, "left, right { norms: exact }"],
  ["left, right { norms: exat }", "option-type", /^Did you mean `exact`\?$/, "left, right { norms: exact }"],
  ["left, right { norms: exact() }", "option-type", /^Did you mean `exact`\?$/, "left, right { norms: exact }"],
  ["left, right { norms = exact }", "expected-syntax", /^Options are written `name: value`\.$/, "left, right { norms : exact }"],
  ["left, right { norms exact }", "expected-syntax", /^Options are written `name: value`\.$/, "left, right { norms : exact }"],
  ["left, right { weights: 0.5 }", "option-type", /^Write numbers in brackets, one for each source\.$/, null],
  ["left, right { weights: [] }", "fuse-mixing-weights", /plain mean/, null],
  ["left, right { weights: [1] }", "fuse-mixing-weights", /plain mean/, null],
  ["left, right { weights: [1, 0] }", "fuse-mixing-weights", /plain mean/, null],
  ["left, right { weights: [0.5, 0.6] }", "fuse-mixing-weights", /plain mean/, null],
  ["left, right { weights: [-0.5, 1.5] }", "option-range", /from 0 to 1/, null],
  ["left at step -1, right", "expected-syntax", /^Write a whole number of at least 1, or leave `at step` out/, null],
  ["left at step, right", "expected-syntax", /^Write a whole number of at least 1, or leave `at step` out/, null],
  ["left at step 0, right", "value-range", /at least 1/, null],
  ["left at step 1.5, right", "not-whole", /Round it/, "left at step 1, right"],
  ["left at step 0.5, right", "not-whole", /Round it/, "left at step 1, right"],
  ["left, right { moments: keep }", "reserved-name", /^Write `fresh` or `fused`\.$/, null],
  ["left at step 99999, right", "fuse-step-beyond", /^Write a step of at most 20, or leave it out/, null],
  ["left at 10, right", "expected-syntax", /`left at step 1000`/, "left at step 10, right"],
  ["left at steps 10, right", "expected-syntax", /`left at step 1000`/, "left at step 10, right"],
  ["left at epoch 1, right", "expected-syntax", /`left at step 1000`/, null],
  ["left step 10, right", "expected-syntax", /`left at step 1000`/, "left at step 10, right"],
  ["left and right", "expected-syntax", /by commas/, "left, right"],
  ["left right", "expected-syntax", /by commas/, "left, right"],
  ["left at step 10 right", "expected-syntax", /between the two/, null],
  ["left, right frozen", "expected-syntax", /behind the call of a layer/, null],
  ["[left, right]", "expected-syntax", /without brackets/, "left, right"],
  ["(left, right) { norms: exact }", "expected-syntax", /without brackets/, "left, right { norms: exact }"],
  ["lef, right", "no-such-declaration", /^Declare the run/, "left, right"],
];

for (const [written, id, help, mended] of mistakes) {
  test(written, () => {
    const source = program(written);
    const { diagnostics } = check(source);
    assert.equal(diagnostics.map((diagnostic) => diagnostic.id), [id]);
    assert.match(diagnostics[0]?.help ?? "", help);
    if (mended === null) {
      assert.equal(diagnostics[0]?.fixes, []);
      return;
    }
    assert.is(mend(source), program(mended));
    assert.equal(check(program(mended)).lines.filter((line) => !line.includes("fuse-")), []);
  });
}

test("a reserved word as a value is answered with all that the option takes", () => {
  const worded = fusionOptions.filter(({ type }) => namesOf(type).length > 0);
  assert.equal(worded.map(({ name }) => name), ["new_weights", "norms", "moments"]);
  for (const { name, type } of worded) {
    const [found] = check(program(`left, right { ${name}: keep }`)).diagnostics;
    for (const word of namesOf(type)) assert.ok(found?.help?.includes(word), `${name}: ${found?.help ?? ""}`);
  }
});

/** The same, of the whole line of the model. */
const heads: readonly (readonly [written: string, id: string, help: RegExp, mended: string | null])[] = [
  ["model Wide(w: int) = Net(width: 16) fuse from left, right", "expected-syntax", /^Remove the parentheses behind the name: a model that stands for another has no parameters\.$/, null],
  ["model Wide(w: int) fuse from left, right", "expected-syntax", /^Remove the parentheses behind the name/, null],
  ["model Wide overparam 2 = Net(width: 16) fuse from left, right", "expected-syntax", /behind the model that it stands for/, null],
  ["model Wide = Net(width: 16) fuse form left, right", "expected-syntax", /^Did you mean `from`\?$/, "model Wide = Net(width: 16) fuse from left, right"],
  ["model Wide fuse left, right", "expected-syntax", /^Write `fuse from` and the sources\.$/, "model Wide fuse from left, right"],
  ["model Wide = Net(width: 16) { fuse from left, right }", "expected-syntax", /^Write `fuse from` in the declaration of a model, behind/, null],
  ["model Wide { fuse from left, right }", "unknown-statement", /^Write `fuse from` in the declaration of a model, behind/, null],
  ["model Wide = Net(width: 16)\ntrain wider: Net(width: 16) fuse from left, right on d { use quick }", "expected-syntax", /^Write `fuse from` in the declaration of a model, behind/, null],
];

for (const [written, id, help, mended] of heads) {
  test(written, () => {
    const head = (line: string): string => program("").replace(/^model Wide.*$/m, line);
    const { diagnostics } = check(head(written));
    assert.equal(diagnostics.map((diagnostic) => diagnostic.id), [id]);
    assert.match(diagnostics[0]?.help ?? "", help);
    assert.equal(diagnostics[0]?.fixes.length, mended === null ? 0 : 1);
    if (mended === null) return;
    assert.is(mend(head(written)), head(mended));
    assert.equal(check(head(mended)).lines.filter((line) => !line.includes("fuse-")), []);
  });
}

/** A program whose `Net` has a depth, with sources of these options and this target. */
const deep = (left: string, right: string, target: string, turn = "x + (x |> relu |> dense(width))"): string =>
  program("")
    .replace("Net(width: int)", "Net(width: int, depth: int = 0)")
    .replace("  output", `  h = x |> dense(width) |> relu\n  repeat depth { h = ${turn.replaceAll("x", "h")} }\n  output`)
    .replace("x |> dense(width) |> layer_norm |> relu |> dense(3)", "h |> dense(3)")
    .replace("left: Net(width: 8)", `left: Net(${left})`)
    .replace("right: Net(width: 8)", `right: Net(${right})`)
    .replace(/^model Wide.*$/m, `model Wide${target} fuse from left, right`);

test("sources of different depths are named, and a deeper target ends what it adds in weights", () => {
  const said = (source: string) => check(source).diagnostics.map(({ id, help }) => `${id}: ${help ?? ""}`);
  const depths = "The sources have different depths: `left` and `right` have different numbers of layers. Fuse sources of one depth.";
  assert.equal(said(deep("width: 8", "width: 8, depth: 1", "")), [`fuse-derive: ${depths}`]);
  assert.equal(said(deep("width: 8", "width: 8, depth: 1", " = Net(width: 16, depth: 1)")), [`fuse-graphs-differ: ${depths}`]);
  assert.equal(said(deep("width: 8", "width: 8", " = Net(width: 16, depth: 1)")), []);
  assert.match(said(deep("width: 8", "width: 8", " = Net(width: 16, depth: 1)", "x + (x |> dense(width) |> relu)")).join("\n"), /^fuse-new-layer: .*end what is new in weights and add it/);
});

test("a target that is not written is a copy of one source", () => {
  const { diagnostics, value } = check(program("").replace(/^model Wide.*$/m, "model Wide fuse from right"));
  assert.equal(diagnostics, []);
  assert.equal(value.runs.find(({ name }) => name === "wide")?.instance.args, [{ name: "width", value: 8 }]);
});

test("what stands behind the sources, or in the next declaration, is no mistake of theirs", () => {
  const { diagnostics } = check(program("left, right").replace("train wide: Wide on", "train wide Wide on"));
  assert.equal(diagnostics.map(({ id }) => id), ["expected-syntax"]);
  assert.match(diagnostics[0]?.help ?? "", /^Name the run and its model/);
});

test("a width that does not add up is pointed at where it is given, and a plain number is mended", () => {
  for (const [given, mended] of [["width: 12", "width: 16"], ["12", "16"], ["width: 2 * 6", null]] as const) {
    const source = program("left, right").replace("Net(width: 16) fuse", `Net(${given}) fuse`);
    const { diagnostics } = check(source);
    const [told] = diagnostics;
    assert.equal(diagnostics.map(({ id }) => id), ["fuse-sizes"]);
    assert.is(source.slice(told?.origin.span.start, told?.origin.span.end), given);
    assert.is(told?.help, "Write `width: 16` (8 + 8).");
    const after = mend(source);
    if (mended === null) assert.is(after, source);
    else {
      assert.is(after, source.replace(`Net(${given}) fuse`, `Net(${mended}) fuse`));
      assert.equal(check(after).lines, []);
    }
  }
  const added = program("left, right").replace("dense(width)", "dense(width + 1)").replace("Net(width: 16) fuse", "Net(width: 15) fuse");
  const [told] = check(added).diagnostics;
  assert.is(told?.help, "Give the target 18 (9 + 9) there.");
  assert.ok(added.slice(told?.origin.span.start).startsWith("fuse from"));
});

test.run();
