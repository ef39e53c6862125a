// `sop graph`: a model as a flowchart, on standard output or in a file.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, sop } from "../support/sop.js";

const one = "model M(width: int = 16) overparam 4 {\n  input  x: f32[4]\n  output y: f32[2] = x |> dense(width) |> dense(2)\n}\n";
const runs = (widths: readonly number[]): string => widths.map((width) => `train w${width}: M(width: ${width}) on d {\n  loss      mse(y, v)\n  optimizer adam(lr: 1e-3)\n  batch     8\n  epochs    1\n}\n`).join("\n");
const data = 'data d = csv("d.csv") {\n  fields x: f32[4] from columns("a", "d"), v: f32[2] from columns("e", "f")\n}\n';

test("the only model, as it is trained and folded", () =>
  inFolder({ "a.sop": one }, (folder) => {
    const trained = sop(folder, ["graph", "a.sop"]);
    assert.is(trained.status, 0, trained.stderr);
    assert.is(trained.stderr, "");
    assert.match(trained.stdout, /^---\ntitle: "M\(width: 16\), trained"\n---\nflowchart TB\n/);
    assert.match(trained.stdout, /n1\["dense<br>\[16\]<br>272 weights in 4 copies"\]/);
    const folded = sop(folder, ["graph", "--folded", "--format", "mermaid", "-o", "out/m.mmd"]);
    assert.is(folded.status, 0, folded.stderr);
    assert.is(folded.stdout, "");
    const text = readFileSync(join(folder, "out/m.mmd"), "utf8");
    assert.match(text, /title: "M\(width: 16\), folded"/);
    assert.match(text, /n1\["dense<br>\[16\]<br>80 weights"\]/);
  }));

test("a model or run is named where there are several", () =>
  inFolder({ "a.sop": `${data}\n${one}\n${runs([3, 5])}` }, (folder) => {
    const none = sop(folder, ["graph", "a.sop"]);
    assert.is(none.status, 2);
    assert.match(none.stderr, /3 models[^]*Name one of `M`, `w3`, `w5`/);
    const run = sop(folder, ["graph", "a.sop", "w5"]);
    assert.is(run.status, 0, run.stderr);
    assert.match(run.stdout, /M\(width: 5\)/);
    const wrong = sop(folder, ["graph", "a.sop", "w7"]);
    assert.is(wrong.status, 2);
    assert.match(wrong.stderr, /no model `w7`[^]*Did you mean/);
    const many = sop(folder, ["graph", "a.sop", "M"]);
    assert.is(many.status, 2);
    assert.match(many.stderr, /3 different sets of arguments[^]*`w3`, `w5`/);
  }));

test("as a picture, by the ending of the file or when asked", () =>
  inFolder({ "a.sop": one }, (folder) => {
    assert.is(sop(folder, ["graph", "-o", "m.svg"]).status, 0);
    const text = readFileSync(join(folder, "m.svg"), "utf8");
    assert.match(text, /^<svg [^]*<title>M\(width: 16\), trained<\/title>[^]*272 weights in 4 copies[^]*<\/svg>\n$/);
    const asked = sop(folder, ["graph", "--format", "svg"]);
    assert.is(asked.status, 0, asked.stderr);
    assert.is(asked.stdout, text);
    assert.match(sop(folder, ["graph", "--format", "svg", "--folded"]).stdout, /80 weights</);
    assert.is(sop(folder, ["graph", "--format", "mermaid", "-o", "m.svg"]).status, 0);
    assert.match(readFileSync(join(folder, "m.svg"), "utf8"), /flowchart TB/);
    const other = sop(folder, ["graph", "-o", "m.png"]);
    assert.is(other.status, 2);
    assert.match(other.stderr, /`m\.png` says neither SVG nor Mermaid[^]*`\.svg` or `\.mmd`/);
  }));

test("a model of very many layers is no picture", () =>
  inFolder({ "a.sop": `model M {\n  input  x: f32[4]\n${Array.from({ length: 600 }, (_, index) => `  x = x |> dense(${4 + (index % 5)})\n`).join("")}  output y = x\n}\n` }, (folder) => {
    const big = sop(folder, ["graph", "-o", "m.svg"]);
    assert.is(big.status, 1);
    assert.match(big.stderr, /602 layers that differ, too many for a picture[^]*--format mermaid/);
  }));

test("a file without a model that could be drawn, and one with errors", () =>
  inFolder({ "none.sop": "let a = 1\n", "wrong.sop": one.replace("dense(2)", "dens(2)") }, (folder) => {
    const none = sop(folder, ["graph", "none.sop"]);
    assert.is(none.status, 1);
    assert.match(none.stderr, /no model here has numbers for all sizes/);
    const wrong = sop(folder, ["graph", "wrong.sop"]);
    assert.is(wrong.status, 1);
    assert.is(wrong.stdout, "");
    assert.match(wrong.stderr, /unknown-layer/);
  }));

test.run();
