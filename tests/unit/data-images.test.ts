// Folders of images as data: order, classes, splits, what the hash covers; what is wrong or hostile is a sentence that names the file.

import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataset, type Dataset } from "../../runtime/data/dataset.js";
import { field, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows, type LoadedDataset } from "../../runtime/data/load.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { csv, images, npz, synthetic, type Source } from "../../runtime/data/source.js";
import type { Split } from "../../runtime/data/split.js";
import { imageReferences, pngBytes } from "../support/images.js";
import { rejects } from "../support/rejects.js";

const folder = mkdtempSync(join(tmpdir(), "sop-images-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const everything: Split = { train: 1, valid: 0, test: 0, order: "file" };
const splits: Split = { folders: { train: "train", valid: null, test: "test" } };
/** Two pixels, gray. */
const image: FieldOptions = { dtype: "f32", shape: [1, 2, 1] };
const label = (below: number, classes: readonly string[] | null = null): FieldOptions => ({ dtype: "class", shape: [], below, classes });
const gray = (value: number): Buffer => pngBytes(2, 1, 1, [value, value]);

let count = 0;
/** A folder of its own with those files. */
function put(files: Readonly<Record<string, Buffer | string>>): string {
  const name = `set-${count++}/`;
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, file)), { recursive: true });
    writeFileSync(join(folder, name, file), content);
  }
  return name;
}

const declare = (source: Source, fields: Readonly<Record<string, FieldOptions>>, split: Split = everything, take: number | null = null): Dataset =>
  dataset({ name: "pictures", source, fields: Object.fromEntries(Object.entries(fields).map(([name, options]) => [name, field(options)])), transforms: [], split, take });
const load = (name: string, fields: Readonly<Record<string, FieldOptions>>, split: Split = everything, take: number | null = null): Promise<LoadedDataset> => loadDataset(declare(images({ folder: name }), fields, split, take), folder);
const numbers = (found: LoadedDataset, name: string): readonly number[] => [...(found.columns[name]?.values ?? [])];
/** The first pixel of each image. */
const firsts = (found: LoadedDataset): readonly number[] => numbers(found, "image").filter((_, at) => at % 2 === 0);

test("rows go round the classes, in order of their names", async () => {
  const name = put({ "dog/b.png": gray(21), "dog/a.PNG": gray(20), "cat/9.png": gray(12), "cat/10.png": gray(11), "cat/1.png": gray(10), "cat/.hidden": "x", ".git/x": "y" });
  const found = await load(name, { image, label: label(2) });
  assert.equal(found.names, ["cat/1.png", "dog/a.PNG", "cat/10.png", "dog/b.png", "cat/9.png"]);
  assert.equal(firsts(found), [10, 20, 11, 21, 12]);
  assert.equal(numbers(found, "label"), [0, 1, 0, 1, 0]);
  assert.equal([found.fitted.vocabularies, found.notes, found.kept], [{ label: ["cat", "dog"] }, [], null]);
  assert.equal((await load(name, { image, label: label(2) }, everything, 3)).names, ["cat/1.png", "dog/a.PNG", "cat/10.png"]);
  // With declared names, and of a run: labels are theirs.
  const declared = await load(name, { image, label: label(3, ["fox", "dog", "cat"]) });
  assert.equal([numbers(declared, "label"), declared.fitted.vocabularies], [[2, 1, 2, 1, 2], {}]);
  const again = await loadDataset(declare(images({ folder: name }), { image, label: label(3) }), folder, { statistics: {}, vocabularies: { label: ["ant", "cat", "dog"] } });
  assert.equal(numbers(again, "label"), [1, 2, 1, 2, 1]);
});

test("folders that are called as labels are those; others are in order of their names", async () => {
  const of = async (names: readonly string[], below: number): Promise<readonly number[]> => numbers(await load(put(Object.fromEntries(names.map((each) => [`${each}/x.png`, gray(1)]))), { image, label: label(below) }), "label");
  assert.equal(await of(["0", "1", "2", "10"], 11), [0, 1, 10, 2]);
  assert.equal(await of(["00", "01"], 2), [0, 1]);
  assert.equal(await of(["1", "2", "10"], 3), [0, 1, 2]);
  // An empty folder is a class as well.
  const name = put({ "b/x.png": gray(1) });
  mkdirSync(join(folder, name, "a"));
  assert.equal(numbers(await load(name, { image, label: label(2) }), "label"), [1]);
});

test("without classes, images lie in the folder or in folders of it", async () => {
  const found = await load(put({ "2.png": gray(2), "1.png": gray(1), "more/0.png": gray(0), "notes.txt": "x", "more/list.csv": "y" }), { image });
  assert.equal(found.names, ["1.png", "2.png", "more/0.png"]);
  assert.match(found.notes[0] ?? "", /^2 files are no images \(such as `set-\d+\/more\/list.csv`\) and left out$/);
});

test("folders are splits; what is taken is a part of each", async () => {
  const files = Object.fromEntries([["train", 8], ["test", 4]].flatMap(([split, size]) => Array.from({ length: Number(size) }, (_, i) => [`${split}/${i % 2 === 0 ? "cat" : "dog"}/${i}.png`, gray(i + (split === "test" ? 100 : 0))] as const)));
  const name = put(files);
  const found = await load(name, { image, label: label(2) }, splits);
  assert.equal([[...found.splits.train], [...found.splits.valid], [...found.splits.test]], [[0, 1, 2, 3, 4, 5, 6, 7], [], [8, 9, 10, 11]]);
  assert.equal(firsts(found), [0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103]);
  assert.is(found.names?.[8], "test/cat/0.png");
  const part = await load(name, { image, label: label(2) }, splits, 6);
  assert.equal([firsts(part), [...part.splits.test]], [[0, 1, 2, 3, 100, 101], [4, 5]]);
  await rejects(load(name, { image, label: label(2) }, splits, 1), "has no images for the test split");
  await rejects(load(name, { image, label: label(2) }, { folders: { train: "train", valid: "val", test: null } }), /`set-\d+\/val` cannot be read: it does not exist/);
  await rejects(load(name, { image, label: label(2) }), /`set-\d+\/test\/cat` is a folder within the folder of a class/);
  await rejects(loadDataset(declare(npz({ file: "x.npz" }), { image }, splits), folder), "`x.npz` cannot be read");
});

test("the hash covers names and bytes", async () => {
  const name = put({ "a/1.png": gray(1), "b/1.png": gray(2) });
  const hash = async (): Promise<string> => (await load(name, { image, label: label(2) })).hash;
  const before = await hash();
  writeFileSync(join(folder, name, "b/notes.txt"), "no image");
  assert.is(await hash(), before);
  renameSync(join(folder, name, "a/1.png"), join(folder, name, "a/2.png"));
  const renamed = await hash();
  writeFileSync(join(folder, name, "a/2.png"), gray(3));
  assert.is(new Set([before, renamed, await hash()]).size, 3);
});

test("JPEG files beside PNG files, told by their bytes", async () => {
  const reference = imageReferences().jpeg.find((each) => each.name === "4:2:0, odd size");
  if (reference === undefined) throw new Error("no reference");
  const { width, height, bytes } = reference;
  const found = await load(put({ "a/1.png": bytes, "a/2.jpeg": pngBytes(width, height, 3, new Array<number>(3 * width * height).fill(9)) }), { image: { dtype: "f32", shape: [height, width, 3] } });
  assert.is(found.rows, 2);
  assert.equal(new Set(numbers(found, "image").slice(3 * width * height)), new Set([9]));
});

test("what is wrong is told with the file's name", async () => {
  const fails = (files: Readonly<Record<string, Buffer | string>>, part: string | RegExp, fields: Readonly<Record<string, FieldOptions>> = { image, label: label(2) }): Promise<void> => rejects(load(put(files), fields), part);
  await fails({ "a/x.png": pngBytes(3, 2, 1, [1, 2, 3, 4, 5, 6]) }, /`set-\d+\/a\/x.png` has 2 rows of 3 pixels, expected 1 rows of 2 for `image: f32\[1, 2, 1\]`/);
  await fails({ "a/x.png": pngBytes(2, 1, 3, [1, 2, 3, 4, 5, 6]) }, /`set-\d+\/a\/x.png` does not fit `image: f32\[1, 2, 1\]`: it has colors/);
  await fails({ "a/x.png": gray(1).subarray(0, 50) }, /`set-\d+\/a\/x.png` cannot be read: its data end early/);
  await fails({ "a/x.jpg": "" }, /`set-\d+\/a\/x.jpg` cannot be read: it is empty/);
  await fails({ "a/x.jpg": "GIF89a" }, /starts with the bytes 47494638, expected a PNG or JPEG file/);
  await fails({ "a/x.webp": "" }, /`set-\d+\/a\/x.webp` is no PNG or JPEG file/);
  await fails({ "x.png": gray(1) }, /`set-\d+\/x.png` lies in no folder of a class/);
  await fails({ "a/b/x.png": gray(1) }, /`set-\d+\/a\/b` is a folder within the folder of a class/);
  await fails({ "a/x.png": gray(1), "b/x.png": gray(1), "c/x.png": gray(1) }, /has folders for 3 classes, expected at most 2: `a`, `b`, `c`/);
  await fails({ "cats/x.png": gray(1) }, /has a folder `cats`, which is no class of `label`; there are `cat`, `dog`/, { image, label: label(2, ["cat", "dog"]) });
  await fails({ "a/notes.txt": "x" }, "`pictures` has no rows");
  await rejects(load("nowhere/", { image }), "`nowhere/` cannot be read: it does not exist");
  writeFileSync(join(folder, "plain.txt"), "x");
  await rejects(load("plain.txt", { image, label: label(2) }), "`plain.txt` is a file, expected a folder of images");
  const pipes = put({ "a/x.png": gray(1) });
  mkdirSync(join(folder, pipes, "a/folder.png"));
  await rejects(load(pipes, { image, label: label(2) }), "is a folder within the folder of a class");
});

test("links lead to files and folders, and back to nowhere", async () => {
  const name = put({ "a/1.png": gray(1) });
  symlinkSync(join(folder, name, "a/1.png"), join(folder, name, "a/2.png"));
  assert.is((await load(name, { image, label: label(2) })).rows, 2);
  symlinkSync(join(folder, name), join(folder, name, "a/again"));
  await rejects(load(name, { image, label: label(2) }), "is a folder within the folder of a class");
  const broken = put({});
  mkdirSync(join(folder, broken, "a"));
  symlinkSync(join(folder, "none.png"), join(folder, broken, "a/x.png"));
  await rejects(load(broken, { image, label: label(2) }), /`set-\d+\/a\/x.png` cannot be read: it does not exist/);
});

test("memory is asked for before an image is opened", async () => {
  const name = put({ "a/1.png": "no image" });
  await rejects(load(name, { image: { dtype: "f32", shape: [1_000_000, 1_000_000, 3] } }), "1 images of 1000000 x 1000000 pixels would take");
});

test("predictions take a folder or files of images, whatever the model was trained on", async () => {
  const name = put({ "b.png": gray(2), "a.png": gray(1) });
  const own = declare(synthetic({ generator: "digits", rows: 10, seed: 0 }), { image, label: label(2) });
  for (const [files, names] of [[[name], ["a.png", "b.png"]], [[`${name}b.png`, `${name}a.png`], [`${name}b.png`, `${name}a.png`]]] as const) {
    const { dataset: applied, source } = predictionSource(own, ["image"], files, folder);
    const rows = await loadRows(applied, source, ["image"], folder, { statistics: {}, vocabularies: {} });
    assert.equal([source.kind, rows.names, rows.rows], ["images", names, 2]);
  }
  assert.throws(() => predictionSource(own, ["image", "other"], [name], folder), /expected rows with all of them, found images/);
  const vector = declare(csv({ file: "x.csv" }), { x: { dtype: "f32", shape: [4] } });
  await rejects(loadRows(vector, { kind: "images", paths: [name] }, ["x"], folder, { statistics: {}, vocabularies: {} }), "Images give a field of `f32[height, width, channels]` with 1, 3 or 4 channels, found `x: f32[4]`");
});

test("fields that images do not give are told of by programs that no compiler wrote", () => {
  return rejects(load(put({ "a/1.png": gray(1) }), { image, other: { dtype: "f32", shape: [] } }), "Images give one image and one class, found `other: f32`");
});

test.run();
