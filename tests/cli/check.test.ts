// `sop check` on good files and on bad input of every kind: a clear message, the right exit code, never a stack.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, sop } from "../support/sop.js";
import type { Outcome } from "../support/sop.js";

const good = `model M(width: int = 16) overparam 4 {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(width) |> relu |> dense(10)
}
`;

/** A command that failed as it should: 1, nothing on standard output, no stack. */
function clear(outcome: Outcome, expected: RegExp): void {
  assert.is(outcome.status, 1, outcome.stderr);
  assert.match(outcome.stderr, expected);
  assert.not.match(outcome.stderr, /\n\s+at .*:\d+:\d+|fault of sop/);
  assert.is(outcome.stdout, "");
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

test("a good file is said to be good, on standard error", () =>
  inFolder({ "a.sop": good }, (folder) => {
    const { status, stdout, stderr } = sop(folder, ["check", "a.sop"]);
    assert.is(status, 0, stderr);
    assert.is(stdout, "");
    assert.is(stderr, "a.sop: no errors\n");
    assert.is(sop(folder, ["check"]).status, 0);
  }));

test("a warning fails nothing", () =>
  inFolder({ "a.sop": "model M {\n  input x: f32[4]\n  output y = x |> relu overparam 4\n}\n" }, (folder) => {
    const { status, stderr } = sop(folder, ["check", "a.sop"]);
    assert.is(status, 0, stderr);
    assert.match(stderr, /^warning\[/m);
    assert.match(stderr, /1 warning\n$/);
  }));

test("a syntax error in the middle of a file is the only message, with its line", () =>
  inFolder({ "a.sop": `${good}\nmodel N {\n  input x: f32[4]\n  y = x |> dense(3\n  output z = y\n}\n\nlet n = 3\n` }, (folder) => {
    const outcome = sop(folder, ["check", "a.sop"]);
    clear(outcome, /--> a\.sop:8:/);
    assert.is(count(outcome.stderr, /^error\[/gm), 1, outcome.stderr);
  }));

test("five mistakes are told of at once, from top to bottom", () => {
  const mistaken = good.replace("dense(width)", "dens(width)").replace("dense(10)", "dense(units: 10, biass: false)");
  return inFolder({ "meaning.sop": `${mistaken}let a = otherwise\nlet b = 4 + "x"\nlet c = nothing\n`, "syntax.sop": `${good}let a = = 3\nlet = 5\nlet d 6\nlet e = )\nlet b = 4 +\nlet c = 5\n` }, (folder) => {
    const meaning = sop(folder, ["check", "meaning.sop"]);
    clear(meaning, /meaning\.sop: 5 errors\n$/);
    assert.match(meaning.stderr, /`dens`[^]*`dense`[^]*`biass`[^]*`bias`[^]*`otherwise`[^]*"x"[^]*`nothing`/);
    const syntax = sop(folder, ["check", "syntax.sop"]);
    clear(syntax, /syntax\.sop: 5 errors\n$/);
    assert.equal([...syntax.stderr.matchAll(/--> syntax\.sop:(\d+):/g)].map((match) => Number(match[1])), [5, 6, 7, 8, 9]);
  });
});

test("a wrong shape shows both shapes and what would fit", () =>
  inFolder({ "a.sop": good.replace("dense(10)", "dense(12)") }, (folder) => {
    const outcome = sop(folder, ["check", "a.sop"]);
    clear(outcome, /\[12\]/);
    assert.match(outcome.stderr, /\[10\]/);
    assert.match(outcome.stderr, /help: |fix: /);
  }));

test("overparam takes whole numbers from 1", () =>
  inFolder({ "zero.sop": good.replace("overparam 4", "overparam 0"), "half.sop": good.replace("overparam 4", "overparam 2.5") }, (folder) => {
    clear(sop(folder, ["check", "zero.sop"]), /overparam[^]*0/);
    clear(sop(folder, ["check", "half.sop"]), /2\.5/);
  }));

test("what cannot be read is named with the reason", () =>
  inFolder({ "fine.sop": good, "dir.sop/x": "", "latin.sop": new Uint8Array([0x6c, 0x65, 0x74, 0xe4, 0x20, 0x3d]), "big.sop": new Uint8Array(9 * 1024 * 1024).fill(32) }, (folder) => {
    clear(sop(folder, ["check", "gone.sop"]), /`gone\.sop` cannot be read: it does not exist/);
    clear(sop(folder, ["check", "fine.sop", "gone.sop"]), /`gone\.sop` cannot be read: it does not exist\n1 of 2 files: no errors/);
    clear(sop(folder, ["check", "dir.sop"]), /it is a folder/);
    clear(sop(folder, ["check", "latin.sop"]), /not UTF-8 text \(byte 3\)/);
    clear(sop(folder, ["check", "big.sop"]), /9437184 bytes/);
    clear(sop(folder, ["train", "gone.sop"]), /`gone\.sop` cannot be read: it does not exist/);
    clear(sop(folder, ["build", "gone.sop"]), /does not exist/);
    clear(sop(folder, ["summary", "gone.sop"]), /does not exist/);
    clear(sop(folder, ["fmt", "gone.sop"]), /does not exist/);
  }));

test("a named pipe neither hangs nor is read", () =>
  inFolder({ "a.sop": `import { x } from "./pipe.sop"\n` }, (folder) => {
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [join(folder, "pipe.sop")]);
    clear(sop(folder, ["check", "pipe.sop"], { timeout: 20_000 }), /not a regular file/);
    clear(sop(folder, ["check", "a.sop"], { timeout: 20_000 }), /pipe\.sop/);
  }));

test("a byte-order mark is not part of the program", () =>
  inFolder({ "a.sop": `\ufeff${good}` }, (folder) => assert.is(sop(folder, ["check", "a.sop"]).status, 0)));

test("an empty file has no errors, and nothing to train", () =>
  inFolder({ "a.sop": "" }, (folder) => {
    assert.is(sop(folder, ["check", "a.sop"]).status, 0);
    clear(sop(folder, ["train", "a.sop"]), /no `train` declaration/);
    clear(sop(folder, ["build", "a.sop"]), /nothing to build/);
  }));

test("a file of 1 MB without a newline gives short messages, soon", () =>
  inFolder({ "words.sop": "model M { x = y } ".repeat(60_000), "junk.sop": "x".repeat(1_000_000), "open.sop": "(".repeat(1_000_000), "nul.sop": "\0".repeat(1_000_000) }, (folder) => {
    for (const file of ["words.sop", "junk.sop", "open.sop", "nul.sop"]) {
      const start = performance.now();
      const outcome = sop(folder, ["check", file], { timeout: 60_000 });
      clear(outcome, /error\[/);
      assert.ok(outcome.stderr.length < 60_000, `${file}: ${outcome.stderr.length} characters`);
      assert.ok(performance.now() - start < 30_000, `${file}: ${performance.now() - start} ms`);
    }
  }));

test("escape sequences in a program do not reach the terminal", () =>
  inFolder({ "a.sop": "let \u001b[31mx = 3\n" }, (folder) => {
    const outcome = sop(folder, ["check", "a.sop"]);
    clear(outcome, /error\[/);
    assert.not.match(outcome.stderr, /\u001b/);
  }));

test("each format is what it says, on standard output", () =>
  inFolder({ "a.sop": good.replace("dense(width)", "dens(width)") }, (folder) => {
    const json = sop(folder, ["check", "a.sop", "gone.sop", "--format", "json"]);
    assert.is(json.status, 1);
    assert.is(json.stderr, "");
    const document = JSON.parse(json.stdout);
    assert.is(document.diagnostics.length, 1);
    assert.is(document.diagnostics[0].file, "a.sop");
    assert.is(document.diagnostics[0].range.start.line, 3);
    assert.is(document.problems[0].file, "gone.sop");

    const sarif = JSON.parse(sop(folder, ["check", "a.sop", "--format", "sarif"]).stdout);
    assert.is(sarif.version, "2.1.0");
    assert.is(sarif.runs[0].results[0].locations[0].physicalLocation.region.startLine, 3);

    const github = sop(folder, ["check", "a.sop", "--format", "github"]);
    assert.match(github.stdout, /^::error file=a\.sop,line=3,endLine=3,col=\d+,endColumn=\d+,title=sop [a-z-]+::.*dens/m);
  }));

test("formatting rewrites, checks and filters", () =>
  inFolder({ "a.sop": good.replace("  input  image", "      input image"), "bad.sop": "let = \n" }, (folder) => {
    const check = sop(folder, ["fmt", "--check", "a.sop"]);
    assert.is(check.status, 1);
    assert.is(check.stdout, "a.sop\n");
    assert.is(sop(folder, ["fmt", "a.sop"]).status, 0);
    assert.is(sop(folder, ["fmt", "--check", "a.sop"]).status, 0);
    const filtered = sop(folder, ["fmt", "--stdin"], { input: good.replace("  input  image", " input image") });
    assert.is(filtered.status, 0, filtered.stderr);
    assert.is(filtered.stdout, good);
    clear(sop(folder, ["fmt", "bad.sop"]), /error\[/);
  }));

test("a summary has weights trained and shipped, as a table and as JSON", () =>
  inFolder({ "a.sop": good }, (folder) => {
    const table = sop(folder, ["summary", "a.sop"]);
    assert.is(table.status, 0, table.stderr);
    assert.match(table.stdout, /M\(width: 16\)/);
    assert.match(table.stdout, /12,730/);
    assert.match(table.stdout, /4 copies, dirichlet\(1\)/);
    const json = JSON.parse(sop(folder, ["summary", "a.sop", "--json"]).stdout);
    assert.is(json.models[0].totals.weightsShipped, 784 * 16 + 16 + 160 + 10);
    assert.is(json.models[0].totals.weightsTrained, 4 * (784 * 16 + 160) + 16 + 10);
    // The documented form.
    assert.is(json.version, 1);
    assert.equal(Object.keys(json.models[0]), ["model", "runs", "trainedMemory", "rows", "totals"]);
    assert.equal(Object.keys(json.models[0].rows[0]), ["path", "layer", "shape", "weightsTrained", "weightsShipped", "flops", "activationBytes", "overparam"]);
    assert.equal(Object.keys(json.models[0].totals), ["weightsTrained", "weightsShipped", "flops", "activationBytes"]);
  }));

test("a summary of some models only, by their names or those of runs", () => {
  const model = (name: string): string => `model ${name}(width: int = 2) {\n  input  x: f32[4]\n  output y: f32[2] = x |> dense(width) |> dense(2)\n}\n\n`;
  const text = `data d = csv("d.csv") {\n  fields x: f32[4] from columns("a", "d"), c: class[2]\n}\n\n${model("A")}${model("B")}train wide: B(width: 3) on d {\n  loss      cross_entropy(y, c)\n  optimizer sgd(lr: 0.1)\n  batch     10\n  epochs    1\n}\n`;
  return inFolder({ "a.sop": text }, (folder) => {
    const titles = (...names: readonly string[]): readonly string[] => sop(folder, ["summary", "a.sop", ...names]).stdout.split("\n").filter((line) => /^\w/.test(line));
    assert.equal(titles(), ["A(width: 2)", "B(width: 2)", "B(width: 3)  (wide)"]);
    assert.equal(titles("A"), ["A(width: 2)"]);
    assert.equal(titles("B"), ["B(width: 2)", "B(width: 3)  (wide)"]);
    assert.equal(titles("A", "wide"), ["A(width: 2)", "B(width: 3)  (wide)"]);
    const { status, stderr } = sop(folder, ["summary", "a.sop", "wid"]);
    assert.is(status, 2);
    assert.match(stderr, /there is no model `wid` .*\n.*Did you mean `wide`/);
  });
});

test("a summary says what each run keeps in training", () => {
  const clauses = "  loss      cross_entropy(y, c)\n  optimizer sgd(lr: 0.1)\n  batch     10\n  epochs    1\n";
  return inFolder({ "a.sop": `data d = csv("d.csv") {\n  fields x: f32[4] from columns("a", "d"), c: class[2]\n}\n\nmodel M {\n  input  x: f32[4]\n  output y: f32[2] = x |> dense(2)\n}\n\ntrain r: M on d {\n${clauses}}\n\ntrain q: M on d {\n${clauses.replace("sgd(lr: 0.1)", "rk(lr: 0.1, order: 2, batches: split, momentum: 0.9, precondition: true)")}  accumulate 3\n  ema 0.99\n}\n` }, (folder) => {
    // Ten weights, ten gradients, ten results of two numbers.
    const { stdout } = sop(folder, ["summary", "a.sop"]);
    assert.match(stdout, /r: training keeps 160 B \(batch 10, sgd\)/);
    assert.equal(JSON.parse(sop(folder, ["summary", "a.sop", "--json"]).stdout).models[0].trainedMemory, { r: 160, q: 400 });
    // Ten weights and their average, velocities and squares, gradients of two stages and their sums.
    assert.match(stdout, /q: training keeps 400 B \(batch 10 x 3 x 2 = 60 rows a step, rk with 2 gradients a step, ships an average of weights, 0.99\)/);
  });
});

test.run();
