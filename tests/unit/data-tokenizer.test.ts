// Tokenizer files: the same tokens as the library `tokenizers` 0.23.2 gives, which trained the small file below; what is not known is refused by name.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mergePairs } from "../../runtime/data/byte-pairs.js";
import { dataset } from "../../runtime/data/dataset.js";
import { field } from "../../runtime/data/field.js";
import { loadDataset, loadRows } from "../../runtime/data/load.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { jsonl, text, type Source } from "../../runtime/data/source.js";
import { readTokenizer } from "../../runtime/data/tokenizer.js";
import { UserError } from "../../runtime/program/errors.js";
import { rejects } from "../support/rejects.js";

const folder = mkdtempSync(join(tmpdir(), "sop-tokenizer-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const tokens = ["?", "<|end|>", "'", ",", "1", "2", "a", "c", "e", "h", "i", "n", "o", "s", "t", "\u00a9", "\u00c3", "\u010a", "\u0120", "at", "th", "\u0120th", "'s", "cat", "hat", "\u00c3\u00a9", "\u0120cat", "\u0120hat", "\u0120the", "12", "it", "on", "sat", "t\u00c3\u00a9", "\u010a\u010a", "\u0120\u00c3\u00a9", "\u012012", "\u0120it", "\u0120on", "\u0120sat", "the", "\u0120that", "\u010a\u010a\u0120", "\u0120\u00c3\u00a9t\u00c3\u00a9"];
const merges = ["a t", "t h", "\u0120 th", "' s", "c at", "h at", "\u00c3 \u00a9", "\u0120 cat", "\u0120 hat", "\u0120th e", "1 2", "i t", "o n", "s at", "t \u00c3\u00a9", "\u010a \u010a", "\u0120 \u00c3\u00a9", "\u0120 12", "\u0120 it", "\u0120 on", "\u0120 sat", "th e", "\u0120th at", "\u010a\u010a \u0120", "\u0120\u00c3\u00a9 t\u00c3\u00a9"];
const model = { type: "BPE", dropout: null, unk_token: "?", continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges };
const whole = {
  version: "1.0",
  added_tokens: [
    { id: 0, content: "?", single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    { id: 1, content: "<|end|>", single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  ],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  model,
};

function encode(file: unknown, content: string): readonly number[] {
  writeFileSync(join(folder, "tokenizer.json"), typeof file === "string" ? file : JSON.stringify(file));
  const found: number[] = [];
  readTokenizer("tokenizer.json", folder).encode(content, (token) => found.push(token) > 0);
  return found;
}

test("byte pairs give what the library gives", () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ["the cat", [40, 26]],
    ["that's the hat<|end|>\n\n  sat \u00e9t\u00e9", [20, 19, 22, 28, 27, 1, 42, 39, 43]],
    ["zz 12 thethe", [0, 0, 36, 28, 40]],
    ["  a", [18, 18, 6]],
    ["hathat  ", [24, 24, 18, 18]],
  ];
  for (const [content, expected] of cases) {
    assert.equal(encode(whole, content), expected, content);
    // Merges as pairs, as newer versions write them.
    assert.equal(encode({ ...whole, model: { ...model, merges: merges.map((merge) => merge.split(" ")) } }, content), expected, content);
  }
});

test("words by a vocabulary, normalized first", () => {
  const words = { normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Lowercase" }] }, pre_tokenizer: { type: "Whitespace" }, model: { type: "WordLevel", vocab: { the: 5, "\u00e9": 6, "!?": 7, unknown: 9 }, unk_token: "unknown" } };
  assert.equal(encode(words, "The  e\u0301 hat!?"), [5, 6, 9, 7]);
  assert.equal(encode({ ...words, pre_tokenizer: { type: "WhitespaceSplit" } }, "the hat!?"), [5, 9]);
  assert.throws(() => encode({ ...words, model: { ...words.model, unk_token: null } }, "hat"), /has no token for `hat` and none for what is unknown/);
});

test("merging a long word takes no more than its length allows", () => {
  // Any order of merging would do for the result; one that looks at all pairs again each time would not end here.
  const pairs = { ranks: new Map([[0, 0], [1 * 2 ** 24 + 1, 1]]), results: [1, 2] };
  const found = mergePairs(new Array<number>(400_000).fill(0), pairs);
  assert.is(found.length, 100_000);
  assert.ok(found.every((token) => token === 2));
});

test("what a file asks for and sop does not know is refused by its name", () => {
  const says = (file: unknown, part: string): void => {
    try {
      encode(file, "a");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      assert.match(error.message, part);
      return;
    }
    assert.unreachable(part);
  };
  says("noise", "`tokenizer.json` is not JSON, expected a tokenizer file");
  says([], "has no object `tokenizer`");
  says({}, "has no object `model`");
  says({ ...whole, model: { type: "Unigram", vocab: [] } }, "asks for a model of type `Unigram`, which is not supported");
  says({ ...whole, pre_tokenizer: { type: "Split", pattern: { Regex: "(a+)+b" } } }, "the pre-tokenizer `Split`");
  says({ ...whole, normalizer: { type: "Replace" } }, "the normalizer `Replace`");
  says({ ...whole, model: { ...model, end_of_word_suffix: "</w>" } }, "`end_of_word_suffix` `</w>`");
  says({ ...whole, model: { ...model, byte_fallback: true } }, "`byte_fallback` `true`");
  says({ ...whole, model: { ...model, merges: ["a q"] } }, "a merge of `a` and `q`, which are not all in its vocabulary");
  says({ ...whole, model: { ...model, merges: [["a", "t", "h"]] } }, "a merge 1 that is no pair");
  says({ ...whole, model: { ...model, vocab: { a: -1 } } }, "holds a number for `a` that no token has");
  says({ ...whole, added_tokens: [{ id: 1, content: "x", lstrip: true }] }, "`lstrip` `true`");
});

test("texts and JSON lines become tokens; a changed tokenizer is told of", async () => {
  const file = join(folder, "tokenizer.json");
  writeFileSync(file, JSON.stringify(whole));
  writeFileSync(join(folder, "plays.txt"), "the cat sat on the hat");
  writeFileSync(join(folder, "pairs.jsonl"), '{"target": "the cat"}\n{"target": [3, 4]}\n');
  const declare = (source: Source, below = 44) =>
    dataset({
      name: "rows",
      source,
      fields: { tokens: field({ dtype: "i32", shape: [2], below, from: source.kind === "text" ? null : { column: "target" } }), other: field({ dtype: "i32", shape: [2], below, from: source.kind === "text" ? { next: true } : { shift: "target" } }) },
      transforms: [],
      split: { train: 1, valid: 0, test: 0, order: "file" },
    });
  const plays = text({ file: "plays.txt", unit: "characters", tokenizer: "tokenizer.json" });
  const found = await loadDataset(declare(plays), folder);
  assert.equal([...(found.columns["tokens"]?.values ?? [])], [40, 26, 39, 38]);
  assert.equal([...(found.columns["other"]?.values ?? [])], [26, 39, 38, 28]);
  const lines = await loadDataset(declare(jsonl({ file: "pairs.jsonl", tokenizer: "tokenizer.json" })), folder);
  assert.equal([...(lines.columns["tokens"]?.values ?? [])], [40, 26, 3, 4]);
  assert.equal([...(lines.columns["other"]?.values ?? [])], [0, 40, 0, 3]);
  await rejects(loadDataset(declare(plays, 30), folder), /^Row 1 of `plays.txt` holds 40, expected a number from 0 to 29 for `tokens`/);
  // Predictions read it beside the dataset's own files, wherever their rows are.
  const { dataset: own, source } = predictionSource(found.declaration, ["tokens"], ["plays.txt"], folder, folder);
  assert.is((await loadRows(own, source, ["tokens"], folder, found.fitted)).rows, 3);
  writeFileSync(file, JSON.stringify({ ...whole, added_tokens: [] }));
  await rejects(loadRows(own, source, ["tokens"], folder, found.fitted), /The tokenizer file of `rows` has changed/);
  assert.is.not((await loadDataset(declare(plays), folder)).hash, found.hash);
});

test.run();
