// The reference of declarations, statements and types, short: their grammar stands in grammar/README.md.

import { entry, type ReferenceEntry } from "./page.js";

const model = (line: string, before = ""): string => `model Example {\n  input  x: f32[16]\n${before}  ${line}\n}\n`;

function construct(word: string, title: string, signature: string, doc: string, program: string): ReferenceEntry {
  return entry({ word, kind: "construct", title, signature, doc, example: { line: program.trimEnd(), program } });
}

const optionTypes = {
  int: { signature: "name: int = 4", doc: "The type of an option: a whole number. `28 / 3` is none, `floor(28 / 3)` is.", value: "x |> dense(option)", fallback: "4" },
  ints: { signature: "name: ints = [2, 2]", doc: "The type of an option: whole numbers in brackets, or one that stands alone.", value: "x |> reshape(option) |> flatten |> dense(2)", fallback: "[4, 4]" },
  float: { signature: "name: float = 0.1", doc: "The type of an option: a number; where it is a learning rate, a schedule too.", value: "x |> dropout(option) |> dense(2)", fallback: "0.1" },
  string: { signature: 'name: string = "text"', doc: "The type of an option: text in quotes. One of several words is written `name: none | layer = none`.", value: 'if option == "wide" then x |> dense(64) else x |> dense(8)', fallback: '"wide"' },
} as const;

/** Declarations and statements in order of the grammar, then types. */
export const constructEntries: readonly ReferenceEntry[] = [
  construct("import", "a declaration", 'import { name as other } from "file"', "Brings declarations of another file: `./file.sop` relative to this one, `std/name` of the standard library, or `pkg:name/file` of a package in `node_modules`. Names that begin with `_` stay in their file.", 'import { conv_block as conv } from "std/vision"\n'),
  construct("let", "a declaration", "let name = value", "A constant, known when the program is checked.", "let width = 4 * 16\n"),
  construct("data", "a declaration", "data name = source(...) { clauses }", "A dataset: where rows come from, their fields, what is done to them, how they are split. `data few = digits { take 1000 }` derives one from another.", 'import { digits } from "std/data"\n\ndata few = digits { take 1000 }\n'),
  construct("block", "a declaration", "block name(x: f32[d], option: type = default) -> f32[d] { statements }", "A part of models with tensors and options as parameters. A bare name in a size is bound at each call. Each call has weights of its own.", "block hidden(x: f32[d], width: int = 2 * d) -> f32[width] {\n  return x |> dense(width) |> relu\n}\n"),
  construct("model", "a declaration", "model Name(option: type = default) { statements }", "A network with inputs and outputs of its own, which runs train. `model A = B(...)` names an instance of another.", model("output y = x |> dense(64) |> relu |> dense(1)")),
  construct("recipe", "a declaration", "recipe name(option: type = default) { clauses }", "Clauses of `train` to be shared: a run brings them with `use`.", "recipe quick(rate: float = 1e-3) {\n  optimizer adam(lr: rate)\n  batch     64\n  epochs    2\n}\n"),
  construct("train", "a declaration", "train name: Model(...) on data { clauses }", "A run: what is trained, on what, and how. Its folder is `runs/<name>/`.", 'import { digits } from "std/data"\nimport { ImageMlp } from "std/mlp"\nimport { classify } from "std/recipes"\n\ntrain example: ImageMlp on digits { use classify }\n'),
  construct("input", "a statement of models", "input name: type, ...", "What a model takes. In a run it reads the field of its name, or the one that `feed` names. Sizes that are bare names are those of the data.", model("output y = x |> dense(1)")),
  construct("output", "a statement of models", "output name: type = value", "What a model gives, and a name for it; the type is checked.", model("output y: f32[3] = x |> dense(3)")),
  construct("layer", "a statement", "layer name = call", "Names a layer, without its tensors. All its uses share its weights.", model("output y = concat(x |> shared, -x |> shared)", "  layer shared = dense(8)\n").replace("-x |> shared", "(-x) |> shared")),
  construct("unembed", "a call of a named embedding", "name.unembed(x: f32[..., d]) -> f32[..., vocab]", "The table of a named `embedding` used the other way round: x times its rows, a logit for each word (Press and Wolf 2017). Both uses share the weights of the one table.", "model Example {\n  input  words: i32[20] below 100\n  layer table = embedding(100, 32)\n  output next: f32[20, 100] = words |> table |> table.unembed\n}\n"),
  construct("repeat", "a statement", "repeat count as i { statements }", "Unrolled when the program is checked, with weights of its own for each turn. i counts from 0, turns in names of weights from 1.", model("output y = x", "  repeat 3 as i { x = x |> dense(16 * (i + 1)) |> relu }\n")),
  construct("if", "a statement", "if condition { statements } else { statements }", "Decided when the program is checked; `if c then a else b` is the same for values.", model("output y = x", "  if deep { x = x |> dense(64) |> relu }\n").replace("Example {", "Example(deep: bool = true) {")),
  construct("return", "a statement of blocks", "return value, ...", "The results of a block.", "block twice(x: f32[d]) -> f32[d] {\n  return 2 * x\n}\n"),
  type("f32", "f32[sizes], f32", "Numbers of 32 bits, of one example: `f32[28, 28, 1]` has three axes, `f32` alone is one number. A size is a number, an expression known when the program is checked, or in a signature a bare name that each call binds. The batch is in no type.", "  input  image: f32[28, 28, 1], age: f32", "concat(image |> flatten, age) |> dense(10)"),
  type("i32", "i32[sizes], i32 below n", "Whole numbers of 32 bits, such as the indices of tokens. `below n` says that all are at least 0 and below n, which is checked where the data are read. They become numbers of f32 by `embedding`, `one_hot` or `cast`; nothing is converted silently.", "  input  tokens: i32[16] below 1000", "tokens |> embedding(1000, 8) |> flatten |> dense(2)"),
  type("..", "f32[..n, sizes], i32[..n] below m", "A sequence whose length differs between examples: `..50` is at most 50, at least 1, and the first axis only. It stands in fields (of lists in `jsonl`) and inputs, and travels with the value from there. What works at each position keeps it; attention, `lstm`, `gru`, `mean(axis: 0)`, `last`, losses and metrics go by the real positions, so that padding reaches no result; what would mix both (`flatten`, convolutions, pools, `batch_norm`, `group_norm`) is an error. A mean over a batch is over all its real positions. Sequences that meet, as in `a + b` or `cross_entropy(tag, tags)`, must be equally long in each row, which is checked when the rows are read.", "  input  words: i32[..50] below 100", "words |> embedding(100, 8) |> mean(axis: 0) |> dense(2)"),
  type("bool", "bool[sizes], bool; bool = default", "True and false: as a tensor 1 and 0 after `cast(x, f32)`, as the type of an option `true` or `false`.", "  input  seen: bool[4]", "cast(seen, f32) |> dense(2)"),
  type("class", 'class[n], class["name", "name"]', "Labels: one of n classes, numbered from 0, or one of the names. It is `i32 below n`; losses and metrics take either, and `predict` gives names.", "  input  color: class[3]", "color |> one_hot(3) |> dense(2)"),
  ...(["int", "ints", "float", "string"] as const).map((word) => optionType(word)),
  construct("row", "the data, in `loss` and `metrics`", "row.field", "A field of the data by its full name. It is needed where an output of the model has the same name: the bare name is then the output.", `data rows = csv("rows.csv") {\n  fields x: f32, kind: class[2]\n}\n\nmodel Example {\n  input  x: f32\n  output kind = concat(x) |> dense(2)\n}\n\ntrain example: Example on rows {\n  loss      cross_entropy(kind, row.kind)\n  optimizer adam(lr: 1e-3)\n  batch     32\n  epochs    2\n}\n`),
];

function type(word: string, signature: string, doc: string, inputs: string, value: string): ReferenceEntry {
  return construct(word, "a type", signature, doc, `model Example {\n${inputs}\n  output y = ${value}\n}\n`);
}

function optionType(word: keyof typeof optionTypes): ReferenceEntry {
  const { signature, doc, value, fallback } = optionTypes[word];
  return construct(word, "a type of options", signature, doc, `model Example(option: ${word} = ${fallback}) {\n  input  x: f32[16]\n  output y = ${value}\n}\n`);
}
