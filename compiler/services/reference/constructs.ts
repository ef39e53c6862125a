// The reference of declarations and statements, short: their grammar stands in grammar/README.md.

import { entry, type ReferenceEntry } from "./page.js";

const model = (line: string, before = ""): string => `model Example {\n  input  x: f32[16]\n${before}  ${line}\n}\n`;

function construct(word: string, title: string, signature: string, doc: string, program: string): ReferenceEntry {
  return entry({ word, kind: "construct", title, signature, doc, example: { line: program.trimEnd(), program } });
}

/** Declarations and statements, in order of the grammar. */
export const constructEntries: readonly ReferenceEntry[] = [
  construct("import", "a declaration", 'import { name as other } from "file"', "Brings declarations of another file: `./file.sop` relative to this one, or `std/name`. Names that begin with `_` stay in their file.", 'import { conv_block as conv } from "std/vision"\n'),
  construct("let", "a declaration", "let name = value", "A constant, known when the program is checked.", "let width = 4 * 16\n"),
  construct("data", "a declaration", "data name = source(...) { clauses }", "A dataset: where rows come from, their fields, what is done to them, how they are split. `data few = digits { take 1000 }` derives one from another.", 'import { digits } from "std/data"\n\ndata few = digits { take 1000 }\n'),
  construct("block", "a declaration", "block name(x: f32[d], option: type = default) -> f32[d] { statements }", "A part of models with tensors and options as parameters. A bare name in a size is bound at each call. Each call has weights of its own.", "block hidden(x: f32[d], width: int = 2 * d) -> f32[width] {\n  return x |> dense(width) |> relu\n}\n"),
  construct("model", "a declaration", "model Name(option: type = default) { statements }", "A network with inputs and outputs of its own, which runs train. `model A = B(...)` names an instance of another.", model("output y = x |> dense(64) |> relu |> dense(1)")),
  construct("recipe", "a declaration", "recipe name(option: type = default) { clauses }", "Clauses of `train` to be shared: a run brings them with `use`.", "recipe quick(rate: float = 1e-3) {\n  optimizer adam(lr: rate)\n  batch     64\n  epochs    2\n}\n"),
  construct("train", "a declaration", "train name: Model(...) on data { clauses }", "A run: what is trained, on what, and how. Its folder is `runs/<name>/`.", 'import { digits } from "std/data"\nimport { ImageMlp } from "std/mlp"\nimport { classify } from "std/recipes"\n\ntrain example: ImageMlp on digits { use classify }\n'),
  construct("input", "a statement of models", "input name: type, ...", "What a model takes. In a run it reads the field of its name, or the one that `feed` names. Sizes that are bare names are those of the data.", model("output y = x |> dense(1)")),
  construct("output", "a statement of models", "output name: type = value", "What a model gives, and a name for it; the type is checked.", model("output y: f32[3] = x |> dense(3)")),
  construct("layer", "a statement", "layer name = call", "Names a layer, without its tensors. All its uses share its weights.", model("output y = concat(x |> shared, -x |> shared)", "  layer shared = dense(8)\n").replace("-x |> shared", "(-x) |> shared")),
  construct("repeat", "a statement", "repeat count as i { statements }", "Unrolled when the program is checked, with weights of its own for each turn. i counts from 0, turns in names of weights from 1.", model("output y = x", "  repeat 3 as i { x = x |> dense(16 * (i + 1)) |> relu }\n")),
  construct("if", "a statement", "if condition { statements } else { statements }", "Decided when the program is checked; `if c then a else b` is the same for values.", model("output y = x", "  if deep { x = x |> dense(64) |> relu }\n").replace("Example {", "Example(deep: bool = true) {")),
  construct("return", "a statement of blocks", "return value, ...", "The results of a block.", "block twice(x: f32[d]) -> f32[d] {\n  return 2 * x\n}\n"),
];
