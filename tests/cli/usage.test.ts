// The command line itself: help, exit codes, suggestions, faults.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, sop } from "../support/sop.js";

const empty = (use: Parameters<typeof inFolder>[1]): Promise<void> => inFolder({}, use);

test("help lists the commands and goes to standard output", () =>
  empty((folder) => {
    const { status, stdout, stderr } = sop(folder, ["--help"]);
    assert.is(status, 0);
    assert.is(stderr, "");
    for (const command of ["new", "check", "build", "train", "eval", "predict", "export", "prove", "summary", "graph", "fmt", "fix", "explain", "lsp", "backends"]) {
      assert.match(stdout, new RegExp(`^  ${command}\\b`, "m"), command);
    }
    const ofCommand = sop(folder, ["train", "--help"]);
    assert.is(ofCommand.status, 0);
    assert.match(ofCommand.stdout, /--smoke/);
  }));

test("the version is that of the package", () =>
  empty((folder) => {
    const { status, stdout } = sop(folder, ["--version"]);
    assert.is(status, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  }));

test("wrong usage gives 2 and says what is near", () =>
  empty((folder) => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /Usage: sop/],
      [["chek"], /unknown command 'chek'[^]*Did you mean check\?/],
      [["prov"], /unknown command 'prov'[^]*Did you mean prove\?/],
      [["check", "--formt", "json"], /unknown option '--formt'[^]*Did you mean --format\?/],
      [["check", "--format", "yaml", "x.sop"], /yaml/],
      [["train", "x.sop", "--smok"], /Did you mean --smoke\?/],
      [["new"], /missing required argument 'dir'/],
      [["explain", "no-such-thing"], /`no-such-thing` is neither a word of the language nor the id of a diagnostic/],
      [["predict", "x.sop", "r", "--splt", "test"], /Did you mean --split\?/],
      [["export", "x.sop", "r", "--to", "onnx"], /safetensors/],
      [["fmt", "--stdin", "x.sop"], /takes no files/],
      [["train"], /there is none in this folder/],
    ];
    for (const [args, expected] of cases) {
      const { status, stdout, stderr } = sop(folder, args);
      assert.is(status, 2, `sop ${args.join(" ")}: ${stderr}`);
      assert.match(stderr, expected);
      assert.not.match(stderr, /\n\s+at /);
      assert.is(stdout, "");
    }
  }));

test("several files in a folder ask for a choice", () =>
  inFolder({ "a.sop": "", "b.sop": "" }, (folder) => {
    const { status, stderr } = sop(folder, ["check"]);
    assert.is(status, 2);
    assert.match(stderr, /this folder has 2: a\.sop, b\.sop/);
  }));

test("colors follow NO_COLOR and FORCE_COLOR", () =>
  inFolder({ "a.sop": "modle M {\n" }, (folder) => {
    assert.not.match(sop(folder, ["check", "a.sop"]).stderr, /\u001b/);
    assert.match(sop(folder, ["check", "a.sop"], { env: { NO_COLOR: "", FORCE_COLOR: "1" } }).stderr, /\u001b\[/);
    assert.not.match(sop(folder, ["check", "a.sop"], { env: { NO_COLOR: "1", FORCE_COLOR: "1" } }).stderr, /\u001b/);
  }));

test("backends are listed with the reference backend among them", () =>
  empty((folder) => {
    const { status, stdout } = sop(folder, ["backends"]);
    assert.is(status, 0);
    assert.match(stdout, /^\s*cpu\b/m);
    assert.match(stdout, /cuda/);
  }));

test.run();
