// Texts and JSON lines: windows, vocabularies, members; what is wrong or hostile is a sentence. The generators beside the digits.

import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataset, type Dataset } from "../../runtime/data/dataset.js";
import { field, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows, type LoadedDataset } from "../../runtime/data/load.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { jsonl, text, type Source } from "../../runtime/data/source.js";
import type { Split } from "../../runtime/data/split.js";
import { drawShapes } from "../../runtime/data/synthetic/shapes.js";
import { drawSpirals } from "../../runtime/data/synthetic/spirals.js";
import { UserError } from "../../runtime/program/errors.js";
import { rejects } from "../support/rejects.js";

const folder = mkdtempSync(join(tmpdir(), "sop-texts-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const everything: Split = { train: 1, valid: 0, test: 0, order: "file" };
const declare = (source: Source, fields: Readonly<Record<string, FieldOptions>>, split = everything, take: number | null = null): Dataset =>
  dataset({ name: "rows", source, fields: Object.fromEntries(Object.entries(fields).map(([name, options]) => [name, field(options)])), transforms: [], split, take });

type Found = LoadedDataset | string;

/** What was read, or the message of a UserError. */
async function read(declared: Dataset): Promise<Found> {
  try {
    return await loadDataset(declared, folder);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const values = (found: Found, name: string): readonly number[] | string => (typeof found === "string" ? found : [...(found.columns[name]?.values ?? [])]);
const says = (found: Found, part: string): void => assert.match(typeof found === "string" ? found : "it was read", part);

const window = (size: number, below: number): FieldOptions => ({ dtype: "i32", shape: [size], below });
const after = (size: number, below: number): FieldOptions => ({ ...window(size, below), from: { next: true } });

function fromText(content: string | Uint8Array, fields: Readonly<Record<string, FieldOptions>>, { unit = "characters" as "characters" | "bytes", split = everything, take = null as number | null } = {}): Promise<Found> {
  writeFileSync(join(folder, "plays.txt"), content);
  return read(declare(text({ file: "plays.txt", unit }), fields, split, take));
}

function fromLines(content: string | Uint8Array, fields: Readonly<Record<string, FieldOptions>>, take: number | null = null, split = everything): Promise<Found> {
  writeFileSync(join(folder, "rows.jsonl"), content);
  return read(declare(jsonl({ file: "rows.jsonl" }), fields, split, take));
}

test("a text is windows without overlap, and what follows each unit", async () => {
  const found = await fromText("abcabcdabce", { tokens: window(3, 5), target: after(3, 5) });
  assert.equal(values(found, "tokens"), [0, 1, 2, 0, 1, 2, 3, 0, 1]);
  assert.equal(values(found, "target"), [1, 2, 0, 1, 2, 3, 0, 1, 2]);
  if (typeof found === "string") throw new Error(found);
  assert.equal(found.fitted.vocabularies, { tokens: ["a", "b", "c", "d"], target: ["a", "b", "c", "d"] });
  // Without the units that follow, the last window needs none behind it.
  assert.is(values(await fromText("abcabc", { tokens: window(3, 5) }), "tokens").length, 6);
  assert.is(values(await fromText("abcabc", { tokens: window(3, 5), target: after(3, 5) }), "tokens").length, 3);
  assert.equal(values(await fromText("abcabcabc", { tokens: window(3, 5), target: after(3, 5) }, { take: 1 }), "target"), [1, 2, 0]);
});

test("characters are code points, in order of their vocabulary; bytes are bytes", async () => {
  assert.equal(values(await fromText("\ufeffz\u{1f600}\u00e9a", { tokens: window(4, 9) }), "tokens"), [1, 3, 2, 0]);
  assert.equal(values(await fromText("\u00e9a", { tokens: window(3, 256) }, { unit: "bytes" }), "tokens"), [0xc3, 0xa9, 97]);
  assert.equal(values(await fromText(Uint8Array.of(0, 255), { tokens: window(2, 256) }, { unit: "bytes" }), "tokens"), [0, 255]);
  says(await fromText("ab\nc\u00e9\u00e9", { tokens: window(2, 128) }, { unit: "bytes" }), "Row 3 of `plays.txt` (from line 2) holds 195, expected a number from 0 to 127 for `tokens`");
});

test("every code point of UTF-8 is read as JavaScript reads it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), async (content) => {
      // Through bytes, so that halves of pairs become what UTF-8 has for them.
      const clean = Buffer.from(content.replaceAll("\0", "").replace(/^\ufeff+/, "")).toString();
      const points = [...clean];
      if (points.length === 0) return;
      const found = await fromText(clean, { tokens: window(points.length, 100) });
      if (typeof found === "string") throw new Error(found);
      const vocabulary = found.fitted.vocabularies["tokens"] ?? [];
      assert.equal([...(found.columns["tokens"]?.values ?? [])].map((index) => vocabulary[index]), points);
    }),
    { numRuns: 500 },
  );
});

test("the vocabulary is the training split's; what is unknown has a number where one is left, and a note", async () => {
  const split: Split = { train: 0.5, valid: 0.5, test: 0, order: "file" };
  const found = await fromText("ababab\nxyab", { tokens: window(2, 4) }, { split });
  if (typeof found === "string") throw new Error(found);
  assert.equal(found.fitted.vocabularies["tokens"], ["a", "b"]);
  assert.equal([...(found.columns["tokens"]?.values ?? [])], [0, 1, 0, 1, 0, 1, 2, 2, 2, 0].slice(0, 10));
  assert.equal(found.notes, ["3 of 10 values of `tokens` (such as `\\n`, `x`, `y`) are not among the 2 that are known and count as 2"]);
  says(await fromText("ababab\nxyab", { tokens: window(2, 2) }, { split }), "Row 4 of `plays.txt` (from line 1) holds `\\n`, which stands in no training row, and i32[2] below 2 leaves no number for it");
  says(await fromText("abcdef", { tokens: window(2, 5) }), "The training rows of `tokens` hold 6 different characters, expected at most 5");
  // New rows meet the same numbers.
  const { dataset: own, source } = predictionSource(found.declaration, ["tokens"], ["new.txt"], folder);
  writeFileSync(join(folder, "new.txt"), "bq");
  const rows = await loadRows(own, source, ["tokens"], folder, found.fitted);
  assert.equal([...(rows.columns["tokens"]?.values ?? [])], [1, 2]);
  assert.is(rows.notes.length, 1);
});

test("what is wrong with a text is told", async () => {
  says(await fromText("", { tokens: window(2, 5) }), "`plays.txt` has 0 characters, expected at least 2 for one row");
  says(await fromText("ab", { tokens: window(2, 5), target: after(2, 5) }), "has 2 characters, expected at least 3 for one row");
  says(await fromText("a\0b", { tokens: window(2, 5) }), "`plays.txt` holds a zero byte, expected text");
  says(await fromText(Buffer.from("a\nb\xe9c", "latin1"), { tokens: window(2, 5) }), "Line 2 of `plays.txt` is not UTF-8 text");
  says(await read(declare(text({ file: "none.txt", unit: "bytes" }), { tokens: window(2, 5) })), "`none.txt` cannot be read: it does not exist");
  says(await read(declare(text({ file: "plays.txt", unit: "bytes", sha256: ["1234"] }), { tokens: window(2, 5) })), "expected 1234");
});

test("JSON lines: numbers, lists, truth values, classes by words, numbers and truth values", async () => {
  const lines = ['{"x": [1, 2.5], "n": 3, "b": true, "k": "cat", "grid": [[1, 2], [3, 4]], "more": null}', "", '{"k": "ant", "b": 0, "n": 0, "x": [0, -1e2], "grid": [[5, 6], [7, 8]]}\r'];
  const fields: Readonly<Record<string, FieldOptions>> = {
    vector: { dtype: "f32", shape: [2], from: { column: "x" } },
    n: { dtype: "i32", shape: [], below: 4 },
    b: { dtype: "bool", shape: [] },
    k: { dtype: "class", shape: [], below: 3 },
    grid: { dtype: "f32", shape: [2, 2] },
  };
  const found = await fromLines(lines.join("\n"), fields);
  assert.equal(Object.keys(fields).map((name) => values(found, name)), [[1, 2.5, 0, -100], [3, 0], [1, 0], [1, 0], [1, 2, 3, 4, 5, 6, 7, 8]]);
  if (typeof found === "string") throw new Error(found);
  assert.equal(found.fitted.vocabularies, { k: ["ant", "cat"] });
  const labels = (content: string): Promise<Found> => fromLines(content, { k: { dtype: "class", shape: [], below: 2 } });
  assert.equal(values(await labels('{"k": 1}\n{"k": 0}'), "k"), [1, 0]);
  assert.equal(values(await labels('{"k": true}\n{"k": false}'), "k"), [1, 0]);
  assert.equal(values(await fromLines('{"x": 1}\n{"x": 2}\nnoise', { x: { dtype: "f32", shape: [] } }, 2), "x"), [1, 2]);
});

test("JSON lines: words of a sequence by the training vocabulary, the rare ones under one number; what a decoder reads", async () => {
  const lines = ["a b c", "a b d", "a a e", "q b a"].map((words) => JSON.stringify({ words: words.split(" "), target: [4, 5, 6] })).join("\n");
  const split: Split = { train: 0.75, valid: 0.25, test: 0, order: "file" };
  const found = await fromLines(lines, { words: window(3, 3), shifted: { ...window(3, 9), from: { shift: "target" } } }, null, split);
  assert.equal(values(found, "words"), [0, 1, 2, 0, 1, 2, 0, 0, 2, 2, 1, 0]);
  assert.equal(values(found, "shifted"), [0, 4, 5, 0, 4, 5, 0, 4, 5, 0, 4, 5]);
  if (typeof found === "string") throw new Error(found);
  assert.equal(found.fitted.vocabularies, { words: ["a", "b"] });
  // New rows hold words where the run met words, and numbers where it met numbers.
  const rowsOf = async (name: string, value: unknown): Promise<readonly number[]> => {
    writeFileSync(join(folder, "new.jsonl"), JSON.stringify({ [name]: value }));
    const { dataset: own, source } = predictionSource(found.declaration, ["words"], ["new.jsonl"], folder);
    return [...((await loadRows(own, source, ["words"], folder, found.fitted)).columns["words"]?.values ?? [])];
  };
  assert.equal(await rowsOf("words", ["b", "z", "a"]), [1, 2, 0]);
  await rejects(rowsOf("words", [1, 1, 1]), /^`words` in line 1 of `new.jsonl` holds numbers, expected words/);
  const numbers = { statistics: {}, vocabularies: {} };
  writeFileSync(join(folder, "new.jsonl"), '{"words": ["a", "b", "a"]}');
  await rejects(loadRows(found.declaration, jsonl({ file: "new.jsonl" }), ["words"], folder, numbers), /has no vocabulary of `words`, and `words` in line 1 of `new.jsonl` holds words/);
});

test("what is wrong with JSON lines is told", async () => {
  const x: Readonly<Record<string, FieldOptions>> = { x: { dtype: "f32", shape: [2] } };
  says(await fromLines('{"x": [1, 2]}\n{"x": [1, "a"]}', x), "`x[1]` in line 2 of `rows.jsonl` holds `a`, expected a number for `x: f32[2]`");
  says(await fromLines('{"x": [1, 2, 3]}', x), "`x` in line 1 of `rows.jsonl` holds 3 values, expected 2 values");
  says(await fromLines('{"x": 1}', x), "holds `1`, expected a list of 2");
  says(await fromLines('{"x": null}', x), "holds null, expected a list of 2");
  says(await fromLines('{"x": [1, 1e99]}', x), "`x[1]` in line 1 of `rows.jsonl` holds `1e+99`");
  says(await fromLines('{"xs": [1, 2], "__proto__": {"x": [1, 2]}}', x), "Line 1 of `rows.jsonl` has no `x` for the field `x`; it has `xs`, `__proto__`");
  says(await fromLines('[{"x": [1, 2]}]', x), "Line 1 of `rows.jsonl` holds a list, expected an object");
  says(await fromLines('[\n{"x": [1, 2]}\n]', x), "Line 1 of `rows.jsonl` is not JSON");
  says(await fromLines('{"x": [1, 2]}\n{"x": [1,', x), "Line 2 of `rows.jsonl` is not JSON");
  says(await fromLines("\n \n", x), "`rows` has no rows");
  says(await fromLines(Buffer.from('{"x": "\xe9"}', "latin1"), x), "Line 1 of `rows.jsonl` is not UTF-8 text");
  says(await fromLines('{"k": "a"}\n{"k": 1.5}', { k: { dtype: "class", shape: [], below: 3 } }), "`k` in line 2 of `rows.jsonl` holds `1.5`, expected a class");
  says(await fromLines('{"t": ["a", 1]}', { t: window(2, 5) }), "`t[1]` in line 1 of `rows.jsonl` holds `1`, expected a word, as in the lines before");
  says(await fromLines('{"t": [1, "a"]}', { t: window(2, 5) }), "`t[1]` in line 1 of `rows.jsonl` holds `a`, expected a whole number");
  says(await fromLines('{"t": [1, 5]}', { t: window(2, 5) }), "`t` in line 1 of `rows.jsonl` holds 5, expected a number from 0 to 4");
});

test("JSON lines: lines that are deep or long end in a sentence", async () => {
  const x: Readonly<Record<string, FieldOptions>> = { x: { dtype: "f32", shape: [] } };
  says(await fromLines(`{"x": ${"[".repeat(3_000_000)}${"]".repeat(3_000_000)}}`, x), "`x` in line 1 of `rows.jsonl` holds 1 values, expected a number");
  says(await fromLines(`{"x": 1, "y": "${"a".repeat(9_000_000)}"}`, x), "Line 1 of `rows.jsonl` has 9000017 bytes, more than the 8000000 of a row");
});

test("noise for texts and JSON lines is read or told of", async () => {
  const piece = fc.oneof(fc.constantFrom('{"x":', "1", "}", "[", "]", ",", '"a"', "null", "{}", "\n", "\ufeff", "\u0000", '{"x":1}\n', '{"x":[1,2]}\n'), fc.string({ maxLength: 3 }));
  const noise = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  await fc.assert(fc.asyncProperty(noise, async (content) => void await fromLines(content, { x: { dtype: "f32", shape: [] } })), { numRuns: 1000 });
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 30 }), async (content) => void await fromText(content, { tokens: window(2, 20), target: after(2, 20) })), { numRuns: 1000 });
});

test("shapes and spirals: the same for a seed, more rows keep the first, values in their ranges", () => {
  const few = drawShapes(3, 1);
  const more = drawShapes(5, 1);
  assert.equal([more.noisy.slice(0, 3 * 4096), more.target.slice(0, 3 * 4096)], [few.noisy, few.target]);
  assert.not.equal(drawShapes(3, 2).target, few.target);
  assert.ok(few.target.every((value) => value >= 0 && value <= 1));
  for (let row = 0; row < 5; row++) {
    const target = more.target.subarray(row * 4096, (row + 1) * 4096);
    const noise = more.noisy.subarray(row * 4096, (row + 1) * 4096).map((value, at) => value - (target[at] ?? 0));
    const spread = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / 4096);
    assert.ok(Math.abs(spread - 0.2) < 0.01, `row ${row}: noise of ${spread}`);
    assert.ok(new Set(target).size > 2, `row ${row} shows nothing`);
  }
  const arms = drawSpirals(400, 1);
  assert.equal(drawSpirals(40, 1).point, arms.point.slice(0, 80));
  assert.ok(arms.point.every((value) => Math.abs(value) < 1.2));
  const ones = arms.label.reduce((sum, label) => sum + label, 0);
  assert.ok(ones > 150 && ones < 250, `${ones} of 400`);
  // A point lies on the arm that its label names: turned back by its radius, it is at angle 0 or pi.
  let right = 0;
  for (let row = 0; row < 400; row++) {
    const [x, y] = [arms.point[2 * row] ?? 0, arms.point[2 * row + 1] ?? 0];
    const back = Math.cos(Math.atan2(y, x) - 3 * Math.PI * Math.hypot(x, y));
    if (back > 0 === (arms.label[row] === 0)) right++;
  }
  assert.ok(right > 390, `${right} of 400`);
});

test.run();
