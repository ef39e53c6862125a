// Folders of images as rows: an image, and the class that its folder names. Files are read and decoded one by one, into an array whose size is known
// before the first is opened.

import { createHash } from "node:crypto";
import { UserError } from "../../program/errors.js";
import { nearest } from "../../program/nearest.js";
import { fieldSize, fieldType, type Field } from "../field.js";
import { requireMemory } from "../memory.js";
import { readDataFile } from "../read-file.js";
import type { ImageSource } from "../source.js";
import { splitNames, type Folders, type SplitName, type SplitRows } from "../split.js";
import type { RawColumn, Table } from "../table.js";
import { imagePath, listImages, shownPath, singleImage, type ImageFile, type Listing } from "./image-files.js";
import { decodeJpeg, isJpeg } from "./jpeg.js";
import { ImageError, writePixels, type Pixels } from "./pixels.js";
import { decodePng, isPng } from "./png.js";

/** No photo is larger. */
const largestFile = 200_000_000;

type Channels = 1 | 3 | 4;

/** The field of images: `f32[height, width, channels]`. */
interface ImageField {
  readonly name: string;
  readonly declared: Field;
  readonly height: number;
  readonly width: number;
  readonly channels: Channels;
}

/** Reads the images of the source, at most `take`; `folders` says which of its folders are splits. */
export function readImages(source: ImageSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null, folders: Folders | null): Table {
  const image = imageField(fields);
  const classField = Object.entries(fields).find(([name]) => name !== image.name);
  if (classField !== undefined && (classField[1].dtype !== "class" || Object.keys(fields).length > 2)) throw new UserError(`Images give one image and one class, found \`${classField[0]}: ${fieldType(classField[1])}\`.`, "Correct the fields.");
  const parts = partsOf(source, directory, folders, classField !== undefined);
  const classNames = [...new Set(parts.flatMap(({ listing }) => listing.classNames))].sort();
  const labels = classField === undefined ? null : labelsOf(classField[0], classField[1], classNames, source.paths[0] ?? "");
  const taken = takeRows(parts.map(({ listing }) => listing.files), take);
  const rows = taken.flat();
  requireMemory(rows.length * fieldSize(image.declared), 0, `${rows.length} images of ${image.height} x ${image.width} pixels`, "Make the images smaller, or `take` fewer rows.");
  const values = new Float32Array(rows.length * fieldSize(image.declared));
  const hash = createHash("sha256");
  const names: string[] = [];
  const shown: string[] = [];
  for (const [index, part] of parts.entries()) {
    for (const { path, inside } of taken[index] ?? []) {
      const row = names.push(`${part.prefix}${inside}`) - 1;
      const name = shown[row] = shownPath(part.shown, inside);
      const { bytes, sha256 } = readDataFile(path, directory, null, largestFile, name);
      hash.update(JSON.stringify([part.split, inside, sha256]));
      writeImage(bytes, name, image, values, row * fieldSize(image.declared));
    }
  }
  const columns: Record<string, RawColumn> = { [image.name]: { kind: "numbers", values } };
  if (classField !== undefined) {
    const numberOf = new Map(classNames.map((name, number) => [name, number]));
    columns[classField[0]] = { kind: "words", words: classNames, indices: Int32Array.from(rows, ({ className }) => numberOf.get(className ?? "") ?? 0), labels };
  }
  const others = parts.flatMap(({ listing }) => listing.others);
  const are = others.length === 1 ? "1 file is no image" : `${others.length} files are no images`;
  return {
    rows: rows.length,
    columns,
    kept: null,
    notes: others.length === 0 ? [] : [`${are} (such as \`${others[0] ?? ""}\`) and left out`],
    hashes: [hash.digest("hex")],
    names,
    place: (row) => `\`${shown[row] ?? ""}\``,
    ...(folders === null ? {} : { splits: splitsOf(parts.map(({ split }) => split), taken.map(({ length }) => length), source.paths[0] ?? "") }),
  };
}

function imageField(fields: Readonly<Record<string, Field>>): ImageField {
  for (const [name, declared] of Object.entries(fields)) {
    const [height, width, channels, ...more] = declared.shape;
    if (declared.dtype === "f32" && height !== undefined && width !== undefined && (channels === 1 || channels === 3 || channels === 4) && more.length === 0) return { name, declared, height, width, channels };
  }
  const [[name, declared] = [null, null]] = Object.entries(fields);
  throw new UserError(`Images give a field of \`f32[height, width, channels]\` with 1, 3 or 4 channels, found ${name === null ? "none" : `\`${name}: ${fieldType(declared)}\``}.`, "Give rows as `csv` or `npz`.", 2);
}

interface Part {
  readonly split: SplitName | null;
  /** What messages call the folder or file, and what stands before the names of its files in results. */
  readonly shown: string;
  readonly prefix: string;
  readonly listing: Listing;
}

/** The folders that are looked into: those of the splits, or what the source names. */
function partsOf(source: ImageSource, directory: string, folders: Folders | null, hasClasses: boolean): readonly Part[] {
  if (folders === null) {
    return source.paths.map((name) => {
      const { path, isFolder } = imagePath(name, directory);
      if (!isFolder && hasClasses) throw new UserError(`\`${name}\` is a file, expected a folder of images.`, "Name the folder that holds the folders of the classes.");
      const prefix = !isFolder ? name : source.paths.length === 1 ? "" : `${name.replace(/[/\\]+$/, "")}/`;
      return { split: null, shown: name, prefix, listing: isFolder ? listImages(path, name, hasClasses) : singleImage(path) };
    });
  }
  const [root = ""] = source.paths;
  return splitNames.flatMap((split) => {
    const folder = folders.folders[split];
    if (folder === null) return [];
    const shown = shownPath(root, folder);
    const { path, isFolder } = imagePath(shown, directory);
    if (!isFolder) throw new UserError(`\`${shown}\` is a file, expected the folder of the ${split} split.`, "Correct the `split`.");
    return [{ split, shown, prefix: `${folder}/`, listing: listImages(path, shown, hasClasses) }];
  });
}

/** Names of the classes in order of their labels; null where they are the labels themselves, or the type has the names. */
function labelsOf(name: string, declared: Field, classNames: readonly string[], folder: string): readonly string[] | null {
  const { classes } = declared;
  const below = declared.below ?? 0;
  if (classes !== null) {
    const unknown = classNames.find((word) => !classes.includes(word));
    if (unknown === undefined) return null;
    const close = nearest(unknown, classes);
    throw new UserError(`\`${folder}\` has a folder \`${unknown}\`, which is no class of \`${name}\`; there are ${some(classes)}.`, close === null ? `Name all classes in the type of \`${name}\`, or take the folder away.` : `Call it \`${close}\` if that is meant.`);
  }
  const numbers = new Set(classNames.map((word) => (/^\d{1,9}$/.test(word) ? Number(word) : -1)));
  if (numbers.size === classNames.length && [...numbers].every((label) => label >= 0 && label < below)) return null;
  if (classNames.length > below) throw new UserError(`\`${folder}\` has folders for ${classNames.length} classes, expected at most ${below}: ${some(classNames)}.`, `Write \`${name}: class[${classNames.length}]\` if all of them are meant.`);
  return classNames;
}

/** The rows of each part: round the classes, so that the first rows have some of each; with `take`, of each part in proportion. */
function takeRows(parts: readonly (readonly ImageFile[])[], take: number | null): readonly (readonly ImageFile[])[] {
  const ordered = parts.map((files) => {
    const turns = new Map<string | null, number>();
    const placed = files.map((file) => {
      const turn = turns.get(file.className) ?? 0;
      turns.set(file.className, turn + 1);
      return { file, turn };
    });
    // Sorting keeps the order of those that are equal: that of the classes.
    return placed.sort((a, b) => a.turn - b.turn).map(({ file }) => file);
  });
  const total = ordered.reduce((sum, { length }) => sum + length, 0);
  if (take === null || take >= total) return ordered;
  let before = 0;
  return ordered.map((files) => {
    const first = Math.round((take * before) / total);
    before += files.length;
    return files.slice(0, Math.round((take * before) / total) - first);
  });
}

function splitsOf(names: readonly (SplitName | null)[], counts: readonly number[], folder: string): SplitRows {
  let start = 0;
  const rows = new Map<SplitName | null, Int32Array>();
  for (const [index, name] of names.entries()) {
    const count = counts[index] ?? 0;
    if (count === 0) throw new UserError(`\`${folder}\` has no images for the ${name ?? ""} split.`, "Name another folder, or `take` more rows.");
    const first = start;
    rows.set(name, Int32Array.from({ length: count }, (_, at) => first + at));
    start += count;
  }
  const none = new Int32Array(0);
  return { train: rows.get("train") ?? none, valid: rows.get("valid") ?? none, test: rows.get("test") ?? none };
}

function writeImage(bytes: Buffer, shown: string, { name, declared, height, width, channels }: ImageField, target: Float32Array, offset: number): void {
  const type = `\`${name}: ${fieldType(declared)}\``;
  const check = (foundWidth: number, foundHeight: number): void => {
    if (foundWidth === width && foundHeight === height) return;
    throw new UserError(
      `\`${shown}\` has ${foundHeight} rows of ${foundWidth} pixels, expected ${height} rows of ${width} for ${type}.`,
      `Make all images ${width} x ${height} pixels, or write \`${name}: f32[${foundHeight}, ${foundWidth}, ${channels}]\` if all are of that size.`,
    );
  };
  let pixels: Pixels;
  try {
    if (isPng(bytes)) pixels = decodePng(bytes, check);
    else if (isJpeg(bytes)) pixels = decodeJpeg(bytes, check);
    else throw new ImageError(bytes.length === 0 ? "it is empty" : `it starts with the bytes ${bytes.subarray(0, 4).toString("hex")}, expected a PNG or JPEG file`);
  } catch (error) {
    if (error instanceof ImageError) throw new UserError(`\`${shown}\` cannot be read: ${error.message}.`, "Fetch or convert it again, or take it out of the folder.");
    throw error;
  }
  try {
    writePixels(pixels, channels, target, offset);
  } catch (error) {
    if (error instanceof ImageError) throw new UserError(`\`${shown}\` does not fit ${type}: ${error.message}.`, "Convert the images, or write a type that takes them.");
    throw error;
  }
}

const some = (names: readonly string[]): string => `${names.slice(0, 8).map((name) => `\`${name}\``).join(", ")}${names.length > 8 ? " ..." : ""}`;
