// `sop explain`: words of the language and ids of diagnostics.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { catalog } from "../../compiler/diagnostics/catalog.js";
import { inFolder, sop } from "../support/sop.js";

test("without a word it lists all words and all ids, in lines that fit", () =>
  inFolder({}, (folder) => {
    const { status, stdout, stderr } = sop(folder, ["explain"]);
    assert.is(status, 0, stderr);
    for (const group of ["losses", "schedules", "clauses", "standard library", "not supported yet", "diagnostics"]) assert.match(stdout, new RegExp(`^${group}$`, "m"));
    const listed = new Set(stdout.split(/[,\s]+/));
    for (const word of ["dense", "huber", "one_cycle", "overparam", "clip", "std/vision", "Resnet20", "**", ...Object.keys(catalog)]) assert.ok(listed.has(word), word);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 100 && line === line.trimEnd(), line);
  }));

test("a word has its signature, options, weights and a whole program", () =>
  inFolder({}, (folder) => {
    const dense = sop(folder, ["explain", "dense"]);
    assert.is(dense.status, 0, dense.stderr);
    assert.match(dense.stdout, /^dense {2}a layer\n\n {2}dense\(\n {4}x: f32\[\.\.\., in\],\n {4}units: int,\n/);
    assert.match(dense.stdout, /^ {2}units {2}a whole number of at least 1\. /m);
    assert.match(dense.stdout, /^ {2}kernel {2}f32\[in, units\], at first as `init` says$/m);
    assert.match(dense.stdout, /For example:\n\n {2}model Example \{\n[^]*\|> dense\(10\)\n {2}\}\n$/);
    assert.match(sop(folder, ["explain", "overparam"]).stdout, /From the paper[^]*arXiv 2402\.05033[^]*Our choice/);
    const several = sop(folder, ["explain", "mean"]).stdout;
    assert.match(several, /^mean {2}a layer[^]*^mean {2}a value of `mix`, of `overparam`$/m);
    assert.match(sop(folder, ["explain", "std/vision"]).stdout, /block conv_block\(/);
    const fuse = sop(folder, ["explain", "fuse", "from"]).stdout;
    for (const fallback of ["zeros", "exact", "fresh"]) assert.match(fuse, new RegExp(`; \`${fallback}\` unless given`));
    assert.match(sop(folder, ["explain", "dense", "adam"]).stdout, /^dense {2}a layer[^]*\n\nadam {2}an optimizer$/m);
    assert.match(sop(folder, ["explain", "einsum"]).stdout, /does not have it yet/);
  }));

test("a program of a page is one that `check` accepts", () =>
  inFolder({}, async (folder) => {
    const page = sop(folder, ["explain", "checkpoint"]).stdout;
    const program = (page.split("For example:\n\n")[1] ?? "").replace(/^ {2}/gm, "");
    assert.match(program, /best valid\.accuracy/);
    const { status, stdout, stderr } = sop(folder, ["fmt", "--stdin"], { input: program });
    assert.is(status, 0, stderr);
    assert.is(stdout, program);
    await inFolder({ "page.sop": program }, (other) => assert.is(sop(other, ["check", "page.sop"]).status, 0));
  }));

test("an id has its page, and its example shows the diagnostic", () =>
  inFolder({}, (folder) => {
    assert.match(sop(folder, ["explain", "import-cycle"]).stdout, /^error\[import-cycle\]: /m);
    for (const id of ["error[unknown-layer]", "unknown-layer"]) {
      const { status, stdout, stderr } = sop(folder, ["explain", id]);
      assert.is(status, 0, stderr);
      assert.match(stdout, /\[unknown-layer\][^]*For example:[^]*\[unknown-layer\]/);
    }
  }));

test("what is near an unknown word is offered, words and ids alike", () =>
  inFolder({}, (folder) => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["denze", /Did you mean `dense`\?/],
      ["unknown-laier", /Did you mean `unknown-layer`\?/],
      ["new_weights", /Did you mean `fuse`\?/],
      ["warmup_cosin", /Did you mean `warmup_cosine`\?/],
      ["\u001b[31m", /neither a word/],
    ];
    for (const [word, expected] of cases) {
      const { status, stdout, stderr } = sop(folder, ["explain", word]);
      assert.is(status, 2, word);
      assert.is(stdout, "");
      assert.match(stderr, expected);
      assert.not.match(stderr, /\u001b|\n\s+at /);
    }
  }));

test.run();
