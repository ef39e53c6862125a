// Editors ask everywhere and always: completion, hover, signature help and hints have an answer at every place of a program, however it is cut off
// there; and what a program says at a place is among what a completion offers where it is taken out.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveProgram } from "../../compiler/live/live-program.js";
import { completion } from "../../compiler/services/completion.js";
import { completionDocs } from "../../compiler/services/completion/resolve.js";
import { hover } from "../../compiler/services/hover.js";
import { inlayHints } from "../../compiler/services/inlay-hints.js";
import { namesOf } from "../../compiler/services/names/names.js";
import { signatureHelp } from "../../compiler/services/signature-help.js";
import type { Snapshot } from "../../compiler/services/snapshot.js";
import { generateSource } from "../../bench/support/generate-source.js";
import { memoryHost } from "../support/host.js";

const path = "main.sop";
const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

const own = `import { conv_block as conv } from "std/vision"
let width = 8
block pair(x: f32[d], wide: int = 2 * d, norm: none | layer = none, act: layer = relu) -> f32[wide], f32[d] {
  y = x |> dense(wide, init: normal(0.1)) |> act
  if norm == layer { y = y |> layer_norm }
  return y, x
}
model Net(depth: int = 2) overparam(4, mix: uniform) {
  input  image: f32[28, 28, 1], more: f32[3]
  layer table = dense(width)
  a, b = pair(image |> conv(4, kernel: 3) |> max_pool(2, padding: same) |> flatten)
  repeat depth as i { a = a |> dense(width * (i + 1)) frozen }
  output digit: f32[10] = concat(a |> table, b, more) |> dense(10) overparam 1
  assert shipped.weights <= 10M, "small"
}
data rows = csv("rows.csv", missing: "?") {
  fields      image: f32[28, 28, 1], label: class[10] from "kind", more: f32[3] from columns(1, 3)
  standardize more
  split       train 80%, valid 20%
}
recipe quick(peak: float = 1e-3) {
  optimizer adamw(lr: warmup_cosine(peak, warmup: 5%), decay: all)
  batch     64
}
train first: Net(depth: 1) on rows {
  use        quick(peak: 2e-3)
  loss       top: cross_entropy(digit, row.label)
  metrics    accuracy(digit, label)
  epochs     3
  checkpoint every 200 steps, best valid.top
  clip       norm 1.0
}
train second: Net(depth: 1) on rows {
  use  quick
  loss cross_entropy(digit, label)
  epochs 2
  seed 2
}
model Both = Net(depth: 1) fuse from first, second { norms: joint }
`;

const programs: readonly (readonly [name: string, text: string])[] = [["own", own], ["digits", read("examples/digits/digits.sop")], ["generated", generateSource(30)]];

/** A program that is being typed: what is known at once after each change of its text. */
function typing(text: string): (changed: string) => Snapshot {
  let current = text;
  const library = memoryHost({});
  const live = new LiveProgram(path, { ...library, read: (of) => (of === path ? current : library.read(of)) });
  live.complete();
  return (changed) => {
    current = changed;
    live.changed();
    const found = live.soon();
    if (found === null) throw new Error("the program is not there");
    return found;
  };
}

/** Asks all there is to ask; throws if an answer is not in its bounds. */
function ask(of: Snapshot, offset: number): void {
  const { length } = of.textOf(path);
  const place = { path, offset };
  const { replaces, items } = completion(of, place);
  assert.ok(replaces.start <= offset && offset <= replaces.end && replaces.end <= length, "a completion replaces what is at the cursor");
  assert.is(new Set(items.map(({ label }) => label)).size, items.length, "each label is offered once");
  for (const { topic } of items.slice(0, 3)) if (topic !== null) completionDocs(of, topic);
  const found = hover(of, place);
  if (found !== null) assert.ok(found.span.start <= offset && offset <= found.span.end && found.markdown.trim() !== "", `a hover is about its place: ${JSON.stringify(found)}`);
  const help = signatureHelp(of, place);
  if (help !== null) assert.ok(help.active === null || help.active < help.parameters.length);
}

for (const [name, text] of programs) {
  test(`${name}: there is an answer at every offset`, () => {
    const of = typing(text)(text);
    for (let offset = 0; offset <= text.length; offset += 2) ask(of, offset);
    assert.ok(inlayHints(of, path, { start: 0, end: text.length }).length > 0);
  });

  test(`${name}: and where the text is cut off`, () => {
    const typed = typing(text);
    for (let offset = 0; offset <= text.length; offset += 61) {
      const of = typed(text.slice(0, offset));
      ask(of, offset);
      inlayHints(of, path, { start: 0, end: offset });
    }
  });

  test(`${name}: a name that is taken out is offered`, () => {
    const typed = typing(text);
    const [file] = typed(text).files.values();
    assert.ok(file !== undefined);
    const lacking: string[] = [];
    let asked = 0;
    for (const { span, role, symbols } of namesOf(file).references.filter((_, index) => index % 3 === 0)) {
      const word = text.slice(span.start, span.end);
      // What is declared here, or named anew, nothing knows before.
      if (role !== "read" || symbols.some(({ kind }) => kind === "measure")) continue;
      const { items } = completion(typed(text.slice(0, span.start) + text.slice(span.end)), { path, offset: span.start });
      asked++;
      if (!items.some(({ label }) => label === word || label === `row.${word}` || label.startsWith(`${word}.`))) lacking.push(`${word} in ${JSON.stringify(text.slice(Math.max(0, span.start - 30), span.end + 10))}`);
    }
    assert.ok(asked > 10, `${asked} names`);
    assert.equal(lacking, []);
  });
}

test.run();
