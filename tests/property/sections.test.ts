// A text parsed section by section, after edits, has the tree and the diagnostics that the whole text has.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { SectionParser } from "../../compiler/ast/parse-sections.js";
import { sectionStarts } from "../../compiler/ast/sections.js";
import { mutate, randomStream } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";

const ROUNDS = Number(process.env["ROUNDS"] ?? 250);
const texts = [...programs.map(({ text }) => text), ...shipped];

test("a program is cut at each of its declarations", () => {
  for (const text of texts) {
    const { declarations } = parse({ path: "main.sop", text }).value;
    const starts = sectionStarts(text);
    assert.equal(starts.length, Math.max(1, declarations.length), text.slice(0, 80));
  }
});

test("sections together are the text", () => {
  const random = randomStream(31);
  for (let round = 0; round < ROUNDS; round++) {
    const original = texts[round % texts.length] ?? "";
    const parser = new SectionParser();
    let text = original;
    for (let step = 0; step < 3; step++) {
      const whole = parse({ path: "main.sop", text });
      assert.is(JSON.stringify(parser.parse({ path: "main.sop", text })), JSON.stringify(whole), text);
      text = mutate(text, random, 2);
    }
  }
});

test.run();
