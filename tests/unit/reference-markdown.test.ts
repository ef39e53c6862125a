// The written reference is what the tables say: grammar/README.md has it word for word. `UPDATE=1` writes it anew.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { referenceEntries } from "../../compiler/services/reference.js";
import { markers, withReference } from "../../compiler/services/reference/markdown.js";
import { memoryHost } from "../support/host.js";
import { check } from "./semantics-support.js";

const path = fileURLToPath(new URL("../../grammar/README.md", import.meta.url));
const host = memoryHost({});

test("the second part of the language reference is current", () => {
  const text = readFileSync(path, "utf8");
  const made = withReference(text, host);
  if (process.env["UPDATE"] === "1") writeFileSync(path, made);
  assert.fixture(readFileSync(path, "utf8"), made);
  assert.is(withReference(made, host), made, "making it twice is making it once");
});

test("it has every word that is not a statement or declaration, and the titles of all topics", () => {
  const text = readFileSync(path, "utf8");
  const second = text.slice(text.indexOf(markers.start), text.indexOf(markers.end));
  for (const { word, kind, title, signature } of referenceEntries(host)) {
    if (kind === "construct") continue;
    const wanted = kind === "topic" ? title.slice(1) : kind === "operator" || kind === "planned" ? (signature ?? word) : word;
    assert.ok(second.includes(wanted), `${word} (${kind}) is missing`);
  }
});

test("its list of contents is that of its sections", () => {
  const text = readFileSync(path, "utf8");
  const sections = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? "");
  const listed = [...text.matchAll(/^- \[(.+)\]\(#(.+)\)$/gm)];
  assert.equal(listed.map((match) => match[1]), sections);
  const anchors = sections.map((title) => title.toLowerCase().replace(/[^a-z0-9 _-]/g, "").replaceAll(" ", "-"));
  // The second of two equal titles is numbered.
  assert.equal(listed.map((match) => match[2]), anchors.map((anchor, index) => (anchors.indexOf(anchor) < index ? `${anchor}-1` : anchor)));
});

test("its programs compile without a diagnostic", () => {
  const text = readFileSync(path, "utf8");
  const programs = [...text.slice(text.indexOf(markers.start)).matchAll(/^```sop\n([^]*?)^```/gm)].map((match) => match[1] ?? "");
  assert.ok(programs.length >= 8, `${programs.length} programs`);
  for (const program of programs) assert.equal(check(program).lines, [], program);
});

test.run();
