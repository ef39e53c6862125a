// Sources of data and what their fields take: mistakes, what the program then says, and which identities change.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../compiler/compile.js";
import { memoryHost } from "../support/host.js";
import { check } from "./semantics-support.js";

function gives(name: string, source: string, fields: string, lines: readonly string[]): void {
  test(name, () => assert.equal(check(`data d = ${source} {\n  fields ${fields}\n}\n`).lines, lines));
}

gives("text", 'text("a.txt", unit: bytes)', "a: i32[4] below 256, b: i32[4] below 256 from next", []);
gives("text with a tokenizer", 'text("a.txt", tokenizer: "t.json", sha256: "00ff")', "a: i32[4] below 256", []);
gives("csv: several numbers in one column", 'csv("a.csv")', 'a: f32[4], b: i32[3] below 9 from "text", c: bool[2, 2]', []);
gives("csv with a tokenizer", 'csv("a.csv", tokenizer: "t.json")', "a: i32[4] below 256", []);
gives("csv: unit and tokenizer", 'csv("a.csv", tokenizer: "t.json", unit: bytes)', "a: i32[4] below 9", ['1:44 value-type {"what":"`csv`","expected":"either `unit` or `tokenizer`","found":"both"}']);
gives("csv: a unit that there is not", 'csv("a.csv", unit: words)', "a: i32[4] below 9", ['1:29 option-type {"option":"unit","of":"csv","expected":"`characters` or `bytes`","found":"`words`"}']);
gives("npy", 'npy("a.npy", "b.npy")', "a: f32[4], b: class[3]", []);
gives("npz", 'npz("a.npz")', 'a: f32[4], b: class[3] from "labels"', []);
gives("jsonl", 'jsonl("a.jsonl")', 'a: f32[2, 2], b: class["no", "yes"] from "kind", c: bool, d: i32[3] below 9, e: i32[3] below 9 from shift("d")', []);

gives("text: a unit that there is not", 'text("a.txt", unit: words)', "a: i32[4] below 9", ['1:30 option-type {"option":"unit","of":"text","expected":"`characters` or `bytes`","found":"`words`"}']);
gives("text: unit and tokenizer", 'text("a.txt", unit: bytes, tokenizer: "t.json")', "a: i32[4] below 9", ['1:24 value-type {"what":"`text`","expected":"either `unit` or `tokenizer`","found":"both"}']);
gives("text: a number without a window", 'text("a.txt")', "a: i32 below 9", ['2:10 text-field {"found":"a: class[9]","expected":"a: i32[64] below 96"}']);
gives("text: windows without a bound", 'text("a.txt")', "a: i32[8]", ['2:10 text-field {"found":"a: i32[8]","expected":"a: i32[8] below 96"}']);
gives("text: windows of two lengths", 'text("a.txt")', "a: i32[8] below 9, b: i32[7] below 9 from next", ['2:29 text-field {"found":"b: i32[7] below 9","expected":"b: i32[8] below 9"}']);
gives("text: a column", 'text("a.txt")', 'a: i32[8] below 9 from "x"', ['2:33 field-from {"field":"a","source":"text"}']);
gives("next of what is no text", 'jsonl("a.jsonl")', "a: i32[8] below 9 from next", ['2:33 field-origin {"origin":"next","of":"text","source":"jsonl"}']);
gives("shift of what has no members", 'npz("a.npz")', 'a: i32[8] below 9 from shift("b")', ['2:33 field-origin {"origin":"shift(...)","of":"jsonl","source":"npz"}']);
gives("shift of a number", 'jsonl("a.jsonl")', 'a: f32 from shift("b")', ['2:22 value-type {"what":"`shift`","expected":"the member of a field of `i32[n]`, as `shift(\\"target\\")`","found":"f32[]"}']);
gives("shift of nothing", 'jsonl("a.jsonl")', "a: i32[2] from shift()", ['2:25 value-type {"what":"`shift`","expected":"the member of a field of `i32[n]`, as `shift(\\"target\\")`","found":"other arguments"}']);
gives("npz: columns", 'npz("a.npz")', "a: f32[8] from columns(1, 8)", ['2:25 value-type {"what":"`from`","expected":"an array as `\\"name\\"`","found":"another expression"}']);
gives("npy: from", 'npy("a.npy")', 'a: f32[8] from "x"', ['2:25 field-from {"field":"a","source":"npy"}']);
gives("npy: two files, one field", 'npy("a.npy", "b.npy")', "a: f32[8]", ['1:10 file-count {"source":"npy","files":2,"fields":1}']);
gives("npy: no file", "npy()", "a: f32[8]", ['1:10 missing-option {"option":"file","of":"npy"}']);
gives("spirals: another field", 'synthetic("spirals")', "x: f32[2]", ['2:10 generator-field {"field":"x: f32[2]","generator":"spirals","list":"`point: f32[2]`, `label: class[2]`"}']);
gives("parquet", 'parquet("a.parquet", missing: drop, sha256: "00ff")', 'a: f32 from "x y", b: f32[4], c: class["no", "yes"], d: bool, e: i32[3] below 9', []);
gives("parquet: columns", 'parquet("a.parquet")', "a: f32[2] from columns(1, 2)", ['2:25 value-type {"what":"`from`","expected":"a column as `\\"name\\"`","found":"another expression"}']);
gives("parquet: missing", 'parquet("a.parquet", missing: "?")', "a: f32", ['1:40 option-type {"option":"missing","of":"parquet","expected":"`drop`","found":"\\"?\\""}']);
gives("images", 'images("a/")', 'picture: f32[8, 8, 4], kind: class["cat", "dog"]', []);
gives("images without classes", 'images("a/")', "picture: f32[8, 6, 1]", []);
gives("images: no folder", "images()", "picture: f32[8, 8, 3]", ['1:10 missing-option {"option":"folder","of":"images"}']);
gives("images: two channels", 'images("a/")', "picture: f32[8, 8, 2]", ['2:10 image-field {"found":"picture: f32[8, 8, 2]"}']);
gives("images: whole numbers", 'images("a/")', "picture: i32[8, 8, 3]", ['2:10 image-field {"found":"picture: i32[8, 8, 3]"}']);
gives("images: a second class", 'images("a/")', "picture: f32[8, 8, 3], a: class[2], b: class[3]", ['2:46 image-field {"found":"b: class[3]"}']);
gives("images: classes alone", 'images("a/")', "a: class[2]", ['2:10 image-field {"found":"a: class[2]"}']);
gives("images: from", 'images("a/")', 'picture: f32[8, 8, 3] from "x"', ['2:37 field-from {"field":"picture","source":"images"}']);

function splits(name: string, split: string, lines: readonly string[], source = 'images("a/")'): void {
  test(name, () => assert.equal(check(`data d = ${source} {\n  fields image: f32[8, 8, 3]\n  split ${split}\n}\n`).lines, lines));
}

const form = 'clause-form {"word":"split","form":"split train folder \\"train\\", test folder \\"test\\""}';
splits("folders", 'train folder "a", valid folder "b", test folder "c"', []);
splits("folders of what has none", 'train folder "a"', ['3:9 split-folder {"source":"npz"}'], 'npz("a.npz")');
splits("folders and shares", 'train folder "a", valid 10%', [`3:3 ${form}`]);
splits("a folder without a name", "train folder", [`3:3 ${form}`]);
splits("a folder of no split", 'training folder "a"', [`3:3 ${form}`]);
splits("a split that has two folders", 'train folder "a", train folder "b"', ['3:27 duplicate-name {"what":"split","name":"train"}']);
splits("a folder of two splits", 'train folder "a", test folder "a"', ['3:27 duplicate-name {"what":"split\'s folder","name":"a"}']);
splits("no folder to train on", 'test folder "a"', ['3:3 split-shares {"found":"nothing to train on"}']);

const net = (source: string): string => `data d = ${source} {
  fields tokens: i32[4] below 9, target: i32[4] below 9 from ${source.startsWith("text") ? "next" : source.startsWith("csv") ? '"tokens"' : 'shift("tokens")'}
}
model Net {
  input  tokens: i32[4] below 9
  output next = tokens |> embedding(9, 2) |> dense(9)
}
train net: Net on d {
  loss      cross_entropy(next, target)
  optimizer sgd(lr: 0.1)
  batch     4
  steps     2
}
`;

async function compiled(source: string): Promise<{ readonly identities: string; readonly typescript: string; readonly files: readonly string[] }> {
  const { value, diagnostics } = await compile("m.sop", memoryHost({ "m.sop": source }), { verify: true, dumpAfter: null, outDirectoryToSource: "../.." });
  if (value === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const identities = [...value.typescript.matchAll(/dentity: "(\w+)"/g)].map(([, hash]) => hash).join(" ");
  return { identities, typescript: value.typescript, files: value.files };
}

test("names of files enter no identity; units and that there is a tokenizer do", async () => {
  const of = async (source: string): Promise<string> => (await compiled(net(source))).identities;
  const lists = [await of('csv("a.csv")'), await of('csv("a.csv", unit: bytes)'), await of('csv("a.csv", tokenizer: "t.json")')];
  assert.is(new Set(lists.flatMap((pair) => pair.split(" "))).size, 6);
  assert.is(await of('csv("b.csv", tokenizer: "u.json")'), lists[2]);
  const characters = await of('text("a.txt")');
  assert.match(characters, /^\w+ \w+$/);
  assert.is(await of('text("b.txt", unit: characters)'), characters);
  const others = [await of('text("a.txt", unit: bytes)'), await of('text("a.txt", tokenizer: "t.json")'), await of('jsonl("a.txt")')];
  const [identities, models] = [0, 1].map((at) => [characters, ...others].map((pair) => pair.split(" ")[at]));
  assert.is(new Set(identities).size, 4);
  assert.is(new Set(models).size, 4);
  assert.is(await of('text("a.txt", tokenizer: "other.json")'), others[1]);
});

test("the program declares the source, and the compiler knows its files", async () => {
  const { typescript, files } = await compiled(net('text("a.txt", tokenizer: "t.json")'));
  assert.match(typescript, /sop\.text\(\{\s*file: "a\.txt",\s*unit: "characters",\s*tokenizer: "t\.json",\s*sha256: null,?\s*\}\)/);
  assert.match(typescript, /from: \{ next: true \}/);
  assert.equal([...files].sort(), ["a.txt", "t.json"]);
  assert.match((await compiled(net('jsonl("a.jsonl")'))).typescript, /from: \{ shift: "tokens" \}/);
});

test.run();
