// What other files have for one that is being written: how their paths are written, how much is read, what is known already.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { resolvePath, specifierOf } from "../../compiler/semantics/files.js";
import { nearestFiles, otherFiles, readNext } from "../../compiler/services/names/exports.js";

test("a path is written so that it leads back to the file", () => {
  const files = ["/a/b/c.sop", "/a/d.sop", "/e.sop", "/a/b/f/g.sop", "/ab/h.sop"];
  for (const from of files) for (const to of files) assert.is(resolvePath(from, specifierOf(from, to) ?? ""), to);
  assert.is(specifierOf("/a/b/c.sop", "/a/b/f/g.sop"), "./f/g.sop");
  assert.is(specifierOf("/a/b/c.sop", "/e.sop"), "../../e.sop");
  assert.is(specifierOf("C:/a/b.sop", "D:/a/b.sop"), null);
  assert.is(specifierOf("/a/b.sop", "untitled:Untitled-1"), null);
});

test("the nearest files come first, and what no import can name not at all", () => {
  assert.equal(nearestFiles("/a/b/c.sop", ["/a/x.sop", "/a/b/z.sop", "/a/b/c.sop", "/a/b/d/y.sop", "/a/b/a.sop", '/a/b/"q".sop']).map(({ specifier }) => specifier), ["./a.sop", "./z.sop", "../x.sop", "./d/y.sop"]);
});

test("only so many names are offered; files beyond are not read", () => {
  const asked: string[] = [];
  const read = (path: string): string => {
    asked.push(path);
    return Array.from({ length: 300 }, (_, index) => `let n${index} = 1\n`).join("");
  };
  const files = nearestFiles("/many/main.sop", ["/many/a.sop", "/many/b.sop", "/many/c.sop"]);
  const found = otherFiles("/many/main.sop", files, read);
  assert.equal(found.map(({ names }) => names.length), [300, 200, 0]);
  assert.equal(asked, ["/many/a.sop", "/many/b.sop"]);
});

test("files are made ready one at a time, and anew where their text is another", () => {
  const texts = new Map([["/next/a.sop", "let a = 1\n"], ["/next/b.sop", "let b = 1\n"]]);
  const files = nearestFiles("/next/main.sop", texts.keys());
  const next = (): boolean => readNext(files, (path) => texts.get(path) ?? null);
  assert.equal([next(), next(), next()], [true, true, false]);
  texts.set("/next/a.sop", "let other = 1\n");
  assert.equal([next(), next()], [true, false]);
  assert.equal(otherFiles("/next/main.sop", files, (path) => texts.get(path) ?? null).flatMap(({ names }) => names.map(({ name }) => name)), ["other", "b"]);
});

test("a file that imports the one that is written has nothing for it, nor one that imports that", () => {
  const texts: Readonly<Record<string, string>> = {
    "/round/a.sop": 'import { b } from "./sub/../b.sop"\nlet a = 1\n',
    "/round/b.sop": 'import { main } from "./main.sop"\nlet b = 1\n',
    "/round/c.sop": "let c = 1\n",
  };
  const files = nearestFiles("/round/main.sop", Object.keys(texts));
  assert.equal(otherFiles("/round/main.sop", files, (path) => texts[path] ?? null).map(({ path }) => path), ["/round/c.sop"]);
});

test.run();
