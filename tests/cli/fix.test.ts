// `sop fix`: changes files or shows what it would change, atomically, and leaves what it cannot decide.

import { lstatSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, sop } from "../support/sop.js";

const wrong = "model M {\n  input  x: f32[4]\n  output y = x |> dens(2, bais: false)\n}\n";
const right = "model M {\n  input  x: f32[4]\n  output y = x |> dense(2, bias: false)\n}\n";

test("a dry run shows the changes and makes none", () =>
  inFolder({ "a.sop": wrong }, (folder) => {
    const { status, stdout, stderr } = sop(folder, ["fix", "--dry-run"]);
    assert.is(status, 0, stderr);
    assert.match(stdout, /^a\.sop:3:19: Write `dense` \(unknown-layer\)\n3 - .*dens\(2.*\n3 \+ .*dense\(2/m);
    assert.match(stdout, /Write `bias` \(unknown-option\)/);
    assert.is(stderr, "a.sop: 2 fixes found; left: no errors\n");
    assert.is(readFileSync(join(folder, "a.sop"), "utf8"), wrong);
  }));

test("files are mended in place, links stay links, and nothing else is left behind", () =>
  inFolder({ "deep/a.sop": wrong, "b.sop": wrong, "good.sop": right }, (folder) => {
    symlinkSync(join("deep", "a.sop"), join(folder, "link.sop"));
    const { status, stderr } = sop(folder, ["fix", "link.sop", "b.sop", "good.sop"]);
    assert.is(status, 0, stderr);
    assert.is(stderr, "3 files: 4 fixes applied; left: no errors\n");
    assert.is(readFileSync(join(folder, "deep/a.sop"), "utf8"), right);
    assert.is(readFileSync(join(folder, "b.sop"), "utf8"), right);
    assert.ok(lstatSync(join(folder, "link.sop")).isSymbolicLink());
    assert.equal(readdirSync(folder).sort(), ["b.sop", "deep", "good.sop", "link.sop"]);
    assert.is(sop(folder, ["check", "b.sop"]).status, 0);
  }));

test("an import is only changed if it is named, and then for all that import it", () =>
  inFolder({ "a.sop": 'import { two } from "./b.sop"\nmodel M {\n  input x: f32[4]\n  output y = x |> two\n}\n', "b.sop": "block two(x: f32[d]) -> f32[d] {\n  return 2 * x |> dens(d)\n}\n".replace("2 * x |> dens(d)", "(2 * x) |> dens(d)") }, (folder) => {
    const alone = sop(folder, ["fix", "a.sop"]);
    assert.is(alone.status, 1);
    assert.match(alone.stderr, /0 fixes applied; left: 1 error/);
    const both = sop(folder, ["fix", "a.sop", "b.sop"]);
    assert.is(both.status, 0, both.stderr);
    assert.match(readFileSync(join(folder, "b.sop"), "utf8"), /dense\(d\)/);
  }));

test("a fix after which no fewer errors would be left is told of and not made", () => {
  // With the right layer comes its size, which is wrong as well.
  const source = "model M {\n  input x: f32[4]\n  output y: f32[3] = x |> dens(2)\n}\n";
  return inFolder({ "a.sop": source }, (folder) => {
    const { status, stdout, stderr } = sop(folder, ["fix", "a.sop"]);
    assert.is(status, 1);
    assert.is(stdout, "");
    assert.match(stderr, /^a\.sop:3:27: not changed, since no fewer mistakes would be left: Write `dense` \(unknown-layer\)\na\.sop: 0 fixes applied; left: 1 error\n/);
    assert.is(readFileSync(join(folder, "a.sop"), "utf8"), source);
  });
});

test("errors that are left give 1, several ways to mend ask for a choice", () =>
  inFolder({ "a.sop": "model M {\n  input x: f32[4]\n  output y: f32[3] = x |> dense(2)\n  output z = x |> dens(2)\n}\n" }, (folder) => {
    const { status, stderr } = sop(folder, ["fix", "a.sop"]);
    assert.is(status, 1);
    assert.match(stderr, /1 fix applied; left: 1 error\nhelp: 1 of these has several ways to mend/);
  }));

test("what cannot be read is told of", () =>
  inFolder({}, (folder) => {
    const { status, stderr } = sop(folder, ["fix", "gone.sop"]);
    assert.is(status, 1);
    assert.match(stderr, /`gone\.sop` cannot be read: it does not exist/);
  }));

test.run();
