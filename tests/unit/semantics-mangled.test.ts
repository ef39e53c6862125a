// Mangled programs give diagnostics, and never an exception: tokens of real programs taken out, doubled and exchanged.

import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import fc from "fast-check";
import { check } from "./semantics-support.js";

const folders = ["../cases/programs/", "../../stdlib/"].map((path) => new URL(path, import.meta.url));
const sources = folders.flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith(".sop")).map((file) => readFileSync(new URL(file, folder), "utf8")));
const split = (text: string): string[] => text.match(/\s+|\w+|"[^"]*"|\S/g) ?? [];
const words = sources.flatMap(split);

const edit = fc.record({ kind: fc.constantFrom("drop", "replace", "insert"), place: fc.nat(), word: fc.constantFrom(...words) });

test("mangled programs are checked to the end", () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 4 }), (source, edits) => {
      const parts = split(source);
      for (const { kind, place, word } of edits) parts.splice(place % parts.length, kind === "insert" ? 0 : 1, ...(kind === "drop" ? [] : [word]));
      const text = parts.join("");
      const { diagnostics, value } = check(text);
      for (const { message, origin } of diagnostics) {
        assert.not.match(message, /undefined|NaN|\[object/);
        assert.ok(origin.file !== "main.sop" || (origin.span.start >= 0 && origin.span.end <= text.length + 1));
      }
      // What is complete has no error in it: a run without diagnostics is there.
      if (diagnostics.length === 0 && /\ntrain /.test(text)) assert.ok(value.runs.length > 0);
    }),
    { numRuns: 250 },
  );
});

test.run();
