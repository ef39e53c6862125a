// Sources of data: what each takes.

import type { Argument, Call, Expression } from "../../ast/ast.js";
import { suggest } from "../../diagnostics/suggest.js";
import { bindArguments } from "../bind-arguments.js";
import { at, type Env } from "../context.js";
import type { FunctionSpec, OptionSpec, OptionType } from "../options.js";
import { readOptions } from "../read-options.js";
import { replacement } from "../report.js";
import type { DataSource } from "../semantic-model.js";
import { describe } from "../values.js";
import { generators } from "./generators.js";

const text: OptionType = { kind: "string" };
const sha256: OptionSpec = { name: "sha256", doc: "SHA-256 of the file in hexadecimal, or its first digits; of several files, a list. Checked before training.", type: text, default: null };

const tokenizer: OptionSpec = {
  name: "tokenizer",
  doc: "A file `tokenizer.json` of the library `tokenizers` that makes tokens of text, relative to the `.sop` file: byte pairs or whole words. Tokens that it would put around a text are not added.",
  type: text,
  default: null,
};

/** The sources with their options. */
export const sources: Readonly<Record<DataSource["kind"], FunctionSpec>> = {
  idx: {
    doc: "Files in the format of MNIST, also gzipped: one for each field, in order of the fields, named relative to the `.sop` file.",
    takes: "files...",
    options: [sha256],
  },
  csv: {
    doc: "A table of text in UTF-8 with a header. A field reads the column of its own name, or those that its `from` names. A field of several numbers may read one column, whose cells then hold all of them: numbers between spaces or commas, also in brackets (`[1, 2, 3]`), exactly as many as the field has. In a field of `i32[n] below m` a cell may also be a text; its characters then are numbers by the vocabulary of the training split.",
    options: [
      { name: "file", doc: "The file, relative to the `.sop` file.", type: text },
      { name: "missing", doc: "What stands for a missing value; rows with one are dropped.", type: text, default: null },
      { name: "separator", doc: "The character between cells.", type: text, default: "," },
      { ...tokenizer, doc: `${tokenizer.doc} For fields of \`i32[n]\` that read one column.` },
      { name: "unit", doc: "What one number of such a field stands for: `characters` of the cell, or `bytes` as they are. Unless given, the first row tells whether cells hold numbers or characters.", type: { kind: "word", words: ["characters", "bytes"] }, default: null },
      sha256,
    ],
  },
  npy: {
    doc: "Arrays as `numpy.save` writes them: one file for each field, in order of the fields; the first axis counts the rows.",
    takes: "files...",
    options: [sha256],
  },
  npz: {
    doc: "Arrays as `numpy.savez` and `numpy.savez_compressed` write them. A field reads the array of its own name, or the one that its `from` names.",
    options: [{ name: "file", doc: "The file, relative to the `.sop` file.", type: text }, sha256],
  },
  jsonl: {
    doc: "A JSON object in each line. A field reads the member of its own name, or the one that its `from` names: numbers, words or truth values, in lists of the field's shape; with a tokenizer, text for `i32[n]`.",
    options: [{ name: "file", doc: "The file, relative to the `.sop` file.", type: text }, tokenizer, sha256],
  },
  parquet: {
    doc: "A table in Apache Parquet. A field reads the column of its own name, or the one that its `from` names: numbers, words or truth values, or lists of them in the field's shape.",
    options: [
      { name: "file", doc: "The file, relative to the `.sop` file.", type: text },
      { name: "missing", doc: "With `drop`, rows that miss a value in a field are dropped and counted; otherwise such a row is an error.", type: { kind: "word", words: ["drop"] }, default: null },
      sha256,
    ],
  },
  images: {
    doc: "A folder of PNG and JPEG files, in folders that are called as their classes. An image is a field of `f32[height, width, channels]` with numbers from 0 to 255, the name of its folder a field of `class[n]`.",
    options: [{ name: "folder", doc: "The folder, relative to the `.sop` file.", type: text }],
  },
  text: {
    doc: "A text, cut into windows of as many units as its fields have elements, one behind the other; `from next` gives what follows each unit of a window.",
    options: [
      { name: "file", doc: "The file, relative to the `.sop` file.", type: text },
      { name: "unit", doc: "What one number stands for: `characters` by their place in the vocabulary of the training split, or `bytes` as they are.", type: { kind: "word", words: ["characters", "bytes"] }, default: "characters" },
      { ...tokenizer, doc: `${tokenizer.doc} It takes the place of \`unit\`.` },
      sha256,
    ],
  },
  synthetic: {
    doc: "Rows that sop makes itself, so that nothing needs to be downloaded; the same generator and seed give the same rows.",
    options: [
      { name: "generator", doc: "The generator's name.", type: text },
      { name: "rows", doc: "Number of rows.", type: { kind: "int", min: 1, max: 100_000_000 }, default: 10_000 },
      { name: "seed", doc: "Of the generator.", type: { kind: "int", min: 0, max: 2 ** 32 - 1 }, default: 0 },
    ],
  },
};

/** The source, null where something was reported. */
export function readSource(env: Env, call: Call): DataSource | null {
  const name = call.callee.names.map((each) => each.text).join(".");
  const { report } = env.context;
  const origin = at(env, call.callee.span);
  if (name === "") return null;
  if (name === "idx" || name === "npy") return readArrayFiles(env, call, name);
  if (name === "npz" || name === "jsonl" || name === "text" || name === "parquet") return readSingleFile(env, call, name);
  if (name === "csv") return readCsv(env, call);
  if (name === "images") return readImages(env, call);
  if (name === "synthetic") return readSynthetic(env, call);
  const nearest = suggest(name, Object.keys(sources));
  report.say("unknown-source", origin, { name, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
  return null;
}

function readArrayFiles(env: Env, call: Call, kind: "idx" | "npy"): DataSource | null {
  const args = call.arguments ?? [];
  const files: string[] = [];
  for (const argument of args) {
    if (argument.name !== null) continue;
    const file = readText(env, argument.value);
    if (file === null) return null;
    files.push(file);
  }
  const { bound, ok } = bindArguments(env, kind, [{ name: "sha256", required: false }], args.filter((argument) => argument.name !== null));
  const sums = readSums(env, bound.get("sha256"), files.length);
  if (!ok || sums === false) return null;
  if (files.length === 0) {
    env.context.report.say("missing-option", at(env, call.span), { option: "file", of: kind }, { help: "Name one file for each field, in order." });
    return null;
  }
  return { kind, files, sha256: sums };
}

function readSingleFile(env: Env, call: Call, kind: "npz" | "jsonl" | "text" | "parquet"): DataSource | null {
  const args = call.arguments ?? [];
  const sum = args.find((argument) => argument.name?.text === "sha256");
  const options = readOptions(env, kind, sources[kind].options, args.filter((argument) => argument !== sum), call.span);
  const sums = readSums(env, sum, 1);
  if (options === null || sums === false) return null;
  const file = String(options["file"]);
  if (kind === "npz") return { kind, file, sha256: sums };
  if (kind === "parquet") return { kind, file, dropsMissing: options["missing"] === "drop", sha256: sums };
  const tokens = typeof options["tokenizer"] === "string" ? options["tokenizer"] : null;
  if (kind === "jsonl") return { kind, file, tokenizer: tokens, sha256: sums };
  if (tokens !== null && args.some((argument) => argument.name?.text === "unit")) return sayBoth(env, args, "text");
  return { kind, file, unit: options["unit"] === "bytes" ? "bytes" : "characters", tokenizer: tokens, sha256: sums };
}

function sayBoth(env: Env, args: readonly Argument[], kind: string): null {
  const unit = args.find((argument) => argument.name?.text === "unit");
  if (unit !== undefined) env.context.report.say("value-type", at(env, unit.span), { what: `\`${kind}\``, expected: "either `unit` or `tokenizer`", found: "both" });
  return null;
}

function readCsv(env: Env, call: Call): DataSource | null {
  const args = call.arguments ?? [];
  const sum = args.find((argument) => argument.name?.text === "sha256");
  const options = readOptions(env, "csv", sources.csv.options, args.filter((argument) => argument !== sum), call.span);
  const sums = readSums(env, sum, 1);
  if (options === null || sums === false) return null;
  const { file, missing, separator } = options;
  if (typeof separator !== "string" || separator.length !== 1) {
    env.context.report.say("value-type", at(env, call.span), { what: "`separator` of `csv`", expected: "one character", found: JSON.stringify(separator) });
    return null;
  }
  const tokens = typeof options["tokenizer"] === "string" ? options["tokenizer"] : null;
  const unit = options["unit"] === "bytes" || options["unit"] === "characters" ? options["unit"] : null;
  if (unit !== null && tokens !== null) return sayBoth(env, args, "csv");
  return { kind: "csv", file: String(file), missing: typeof missing === "string" ? missing : null, separator, tokenizer: tokens, unit, sha256: sums };
}

function readImages(env: Env, call: Call): DataSource | null {
  const options = readOptions(env, "images", sources.images.options, call.arguments ?? [], call.span);
  return options === null ? null : { kind: "images", folder: String(options["folder"]) };
}

function readSynthetic(env: Env, call: Call): DataSource | null {
  const options = readOptions(env, "synthetic", sources.synthetic.options, call.arguments ?? [], call.span);
  if (options === null) return null;
  const generator = String(options["generator"]);
  if (Object.hasOwn(generators, generator)) return { kind: "synthetic", generator, rows: Number(options["rows"]), seed: Number(options["seed"]) };
  const origin = at(env, call.arguments?.find((argument) => argument.name === null || argument.name.text === "generator")?.value.span ?? call.span);
  const nearest = suggest(generator, Object.keys(generators));
  env.context.report.say("unknown-generator", origin, { name: generator, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write "${nearest}"`, origin, JSON.stringify(nearest))] });
  return null;
}

/** Text in quotes, or null after a report. */
export function readText(env: Env, expression: Expression): string | null {
  const path = expression.kind === "path" ? expression.names.map((name) => name.text).join(".") : null;
  const isKnown = path === null || env.scope.lookup(path) !== undefined || env.file.entries.has(path) || env.file.broken.has(path);
  if (!isKnown) {
    env.context.report.say("value-type", at(env, expression.span), { what: "A name of a file or column", expected: "text in quotes", found: `\`${path}\`` }, { fixes: [replacement("Write it in quotes", at(env, expression.span), JSON.stringify(path))] });
    return null;
  }
  const value = env.context.rules.expression(env, expression);
  if (value.kind === "string") return value.value;
  if (value.kind !== "error") env.context.report.say("value-type", at(env, expression.span), { what: "A name of a file or column", expected: "text in quotes", found: describe(value) });
  return null;
}

// One sum, or a list of as many as there are files; false after a report.
function readSums(env: Env, argument: Argument | undefined, count: number): readonly string[] | null | false {
  if (argument === undefined) return null;
  const items = argument.value.kind === "list" ? argument.value.items : [argument.value];
  const sums: string[] = [];
  for (const item of items) {
    const sum = readText(env, item);
    if (sum === null) return false;
    if (!/^[0-9a-fA-F]{1,64}$/.test(sum)) {
      env.context.report.say("value-type", at(env, item.span), { what: "`sha256`", expected: "up to 64 hexadecimal digits", found: describe({ kind: "string", value: sum }) });
      return false;
    }
    sums.push(sum.toLowerCase());
  }
  if (sums.length === count) return sums;
  env.context.report.say("value-type", at(env, argument.value.span), { what: "`sha256`", expected: count === 1 ? "one sum" : `${count} sums, one for each file`, found: String(sums.length) });
  return false;
}
