// Imports from packages: which file `pkg:name/file` is, what is refused, and circles that go through a package.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { packageFile } from "../../compiler/semantics/packages.js";
import { memoryHost } from "../support/host.js";
import { check } from "./semantics-support.js";

const manifest = (fields: Readonly<Record<string, unknown>>): string => JSON.stringify({ name: "nets", ...fields });
const block = "block twice(x: f32[d]) -> f32[d] {\n  return 2 * x\n}\n";
const program = (specifier: string): string => `import { twice } from "${specifier}"\nmodel Net {\n  input x: f32[4]\n  output y = x |> twice |> dense(2)\n}\n`;

/** The path of a file, or why there is none. */
function resolved(specifier: string, exports: unknown, from = "main.sop"): string {
  const host = memoryHost({ "node_modules/nets/package.json": manifest(exports === undefined ? {} : { exports }), "node_modules/@a/b/package.json": "{}" });
  const found = packageFile(specifier, from, host);
  return found.kind === "file" ? found.path : found.kind === "refused" ? found.why : found.kind;
}

test("without exports each file of the package is its path, with or without the ending", () => {
  assert.is(resolved("pkg:nets/models/resnet", undefined), "node_modules/nets/models/resnet.sop");
  assert.is(resolved("pkg:nets/models/resnet.sop", undefined), "node_modules/nets/models/resnet.sop");
  assert.is(resolved("pkg:@a/b/c", undefined), "node_modules/@a/b/c.sop");
  assert.is(resolved("pkg:nets/code.js", undefined), "node_modules/nets/code.js.sop");
  assert.match(resolved("pkg:nets", undefined), /a file has to be named/);
});

test("the nearest package upward counts", () => {
  const host = memoryHost({ "node_modules/nets/package.json": "{}", "deep/node_modules/nets/package.json": "{}" });
  assert.equal(packageFile("pkg:nets/a", "deep/er/x.sop", host), { kind: "file", path: "deep/node_modules/nets/a.sop" });
  assert.equal(packageFile("pkg:nets/a", "other/x.sop", host), { kind: "file", path: "node_modules/nets/a.sop" });
  assert.equal(packageFile("pkg:none/a", "x.sop", host), { kind: "not-installed", name: "none" });
});

test("exports decide where there are any", () => {
  const exported = { ".": { sop: "./index.sop", default: "./index.js" }, "./small": "./models/small.sop", "./blocks/*": "./src/*.sop", "./deep": { node: "./deep.js", default: { sop: "./deep.sop" } }, "./hidden": null, "./code": "./code.js", "./out": "./../out.sop", "./far": "./node_modules/x/y.sop" };
  assert.is(resolved("pkg:nets", exported), "node_modules/nets/index.sop");
  assert.is(resolved("pkg:nets/small", exported), "node_modules/nets/models/small.sop");
  assert.is(resolved("pkg:nets/small.sop", { "./small": "./models/small.sop" }), "its `exports` do not have it");
  assert.is(resolved("pkg:nets/blocks/a", exported), "node_modules/nets/src/a.sop");
  assert.is(resolved("pkg:nets/deep", exported), "node_modules/nets/deep.sop");
  assert.is(resolved("pkg:nets", "./only.sop"), "node_modules/nets/only.sop");
  for (const file of ["hidden", "models/small", "constructor"]) assert.match(resolved(`pkg:nets/${file}`, exported), /do not have it/, file);
  assert.match(resolved("pkg:nets/code", exported), /`\.\/code\.js`, which is no `\.sop` file/);
  for (const file of ["out", "far"]) assert.match(resolved(`pkg:nets/${file}`, exported), /point out of the package/, file);
});

test("nothing leaves the package, and broken manifests are no crash", () => {
  for (const specifier of ["pkg:", "pkg:../x", "pkg:nets/", "pkg:nets/../x", "pkg:nets/./x", "pkg:nets//x", "pkg:nets/node_modules/x", "pkg:nets\\x", "pkg:nets/a\\..\\b", "pkg:@a", "pkg:node_modules/x", "pkg:.bin/x"]) assert.is(resolved(specifier, undefined), "form", specifier);
  for (const text of ["", "[]", "3", "{", "null"]) {
    const found = packageFile("pkg:nets/a", "main.sop", memoryHost({ "node_modules/nets/package.json": text }));
    assert.is(found.kind, "refused", text);
  }
  let nested: unknown = "./a.sop";
  for (let depth = 0; depth < 1000; depth++) nested = { default: nested };
  assert.match(resolved("pkg:nets/a", { "./a": nested }), /do not have it/);
  assert.match(resolved("pkg:nets/a", ["./a.sop"]), /do not have it/);
});

test("a program uses a block of a package, whose own imports are relative to it", () => {
  const files = { "node_modules/nets/package.json": manifest({ exports: { "./a": "./src/a.sop" } }), "node_modules/nets/src/a.sop": `import { half } from "./b.sop"\nblock twice(x: f32[d]) -> f32[d] {\n  return x |> half |> half\n}\n`, "node_modules/nets/src/b.sop": "block half(x: f32[d]) -> f32[d] {\n  return x / 2\n}\n" };
  assert.equal(check(program("pkg:nets/a"), files).lines, []);
  assert.equal(check(program("pkg:nets/b"), files).lines, ['1:23 package-file {"package":"nets","file":"b","why":"its `exports` do not have it"}']);
  assert.equal(check(program("pkg:nets/../a"), files).lines, ['1:23 package-form {"found":"pkg:nets/../a"}']);
  assert.equal(check(program("pkg:net/a"), files).lines, ['1:23 package-not-found {"package":"net"}']);
});

test("a file that a package lacks is not found", () => {
  assert.equal(check(program("pkg:nets/a"), { "node_modules/nets/package.json": "{}" }).lines, ['1:23 file-not-found {"file":"pkg:nets/a","nearest":""}']);
});

test("a circle through a package names its path", () => {
  const files = { "node_modules/a/package.json": "{}", "node_modules/b/package.json": "{}", "node_modules/a/x.sop": `import { other } from "pkg:b/y"\n${block}`, "node_modules/b/y.sop": 'import { twice } from "pkg:a/x"\nlet other = 1\n' };
  assert.equal(check(program("pkg:a/x"), files).lines, ['node_modules/b/y.sop:1:23 import-cycle {"cycle":"`node_modules/a/x.sop` -> `node_modules/b/y.sop` -> `node_modules/a/x.sop`"}']);
});

test("what a package does that a rule would warn of is not the importer's to mend", () => {
  const files = { "node_modules/nets/package.json": "{}", "node_modules/nets/a.sop": "block twice(x: f32[d], unread: int = 3) -> f32[d] {\n  h = x |> dense(7)\n  return 2 * x |> dropout(0.5)\n}\n" };
  const source = program("pkg:nets/a").replace(" |> dense(2)", "");
  assert.equal(check(source, files).lines, ['4:19 dropout-at-end {"output":"y"}']);
});

test.run();
