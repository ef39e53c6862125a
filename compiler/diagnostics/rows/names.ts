// Rows of the catalogue: names, files and imports.

import { row } from "./row.js";

const meant = ({ nearest }: { readonly nearest: string }): string => (nearest === "" ? "" : `; did you mean \`${nearest}\`?`);

/** A message that ends with a suggestion if there is one. */
const guess = (message: string, params: { readonly nearest: string }): string => (params.nearest === "" ? `${message}.` : `${message}${meant(params)}`);

export const nameRows = {
  "file-not-found": row<{ file: string; nearest: string }>({
    severity: "error",
    message: ({ file, nearest }) => guess(`There is no file \`${file}\``, { nearest }),
    help: () => "Name a file relative to this one, such as `./model.sop`, or one of the standard library, such as `std/vision`.",
    page: "An import names a file relative to the file it stands in, a file of the standard library as `std/name`, or a file of an installed package as `pkg:name/file`. The library has `std/mlp`, `std/vision`, `std/transformer`, `std/data` and `std/recipes`.",
    example: 'import { net } from "./no-such-file.sop"\n',
  }),
  "package-not-found": row<{ package: string }>({
    severity: "error",
    message: ({ package: name }) => `There is no package \`${name}\` in \`node_modules\` beside this file or further up.`,
    help: ({ package: name }) => `Install it: \`npm install ${name}\`.`,
    page: '`import { net } from "pkg:name/file"` reads the file `file.sop` of an installed npm package: of the nearest `node_modules` that has it, upward from the file that imports. Nothing is downloaded, and no code of the package runs.',
    example: 'import { net } from "pkg:no-such-package/models"\n',
  }),
  "package-form": row<{ found: string }>({
    severity: "error",
    message: ({ found }) => `An import from a package is \`pkg:name/file\`, found \`${found}\`.`,
    help: () => "Write the package's name and the file in it: `pkg:name/file`.",
    page: "After `pkg:` stand the name of an npm package, which may have a scope (`@scope/name`), and the path of a file in it, with or without `.sop`. The path cannot leave the package.",
    example: 'import { net } from "pkg:nets/../models"\n',
  }),
  "package-file": row<{ package: string; file: string; why: string }>({
    severity: "error",
    message: ({ package: name, file, why }) => `The package \`${name}\` gives no \`${file}\`: ${why}.`,
    help: () => "Import a `.sop` file that the package exports.",
    page: "A package without `exports` in its `package.json` gives all its `.sop` files. One with `exports` gives those that they name, under the conditions `sop` and `default`. Files of other kinds, such as JavaScript, cannot be imported.",
    example: 'import { net } from "pkg:nets/code"\n',
    files: { "node_modules/nets/package.json": '{ "exports": { "./code": "./code.js" } }' },
  }),
  "import-cycle": row<{ cycle: string }>({
    severity: "error",
    message: ({ cycle }) => `The imports go in a circle: ${cycle}.`,
    help: () => "Move what both files need into a third one.",
    page: "Files that import each other have no order in which they could be read. Put shared declarations into a file of their own.",
    example: 'import { width } from "./main.sop"\nlet size = 3\n',
  }),
  "unknown-import": row<{ name: string; file: string; nearest: string }>({
    severity: "error",
    message: ({ name, file, nearest }) => guess(`\`${file}\` declares no \`${name}\``, { nearest }),
    help: () => "Import a name that the file declares.",
    page: "An import brings declarations of the named file itself: constants, data, blocks, models, recipes and runs. What that file imports in turn is not passed on.",
    example: 'import { conv_blok } from "std/vision"\n',
  }),
  "private-name": row<{ name: string; file: string }>({
    severity: "error",
    message: ({ name, file }) => `\`${name}\` belongs to \`${file}\` alone, because its name begins with \`_\`.`,
    help: () => "Take the `_` away where it is declared, if other files may use it.",
    page: "A name that begins with `_` is for its own file and can be changed without looking further.",
    example: 'import { _mlp_layer } from "std/mlp"\n',
  }),
  "duplicate-declaration": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is declared twice in this file.`,
    help: () => "Give one of them another name; an import can be renamed with `as`.",
    page: "All declarations of a file, imports included, share one namespace: constants, data, blocks, models, recipes and runs. Built-in layers can be shadowed.",
    example: "let width = 3\nlet width = 4\n",
  }),
  "duplicate-name": row<{ what: string; name: string }>({
    severity: "error",
    message: ({ what, name }) => `There are two things called \`${name}\` here: each ${what} needs a name of its own.`,
    help: () => "Give one of them another name.",
    page: "Inputs, outputs, fields, parameters, and the items of `loss` and `metrics` are told apart by their names. An item of `loss` has the name of its function unless it is written as `name: function(...)`.",
    example: "data d = csv(\"d.csv\") {\n  fields x: f32, x: f32\n}\n",
  }),
  "unknown-name": row<{ name: string; nearest: string }>({
    severity: "error",
    message: ({ name, nearest }) => guess(`Nothing is called \`${name}\` here`, { nearest }),
    help: () => "Bind the name first, with `name = ...`, `input` or `let`.",
    page: "A name in a body is bound by a statement before it, by the signature, or by a `let` of the file. What is first bound inside braces ends with them.",
    example: "model Net {\n  input x: f32[4]\n  output y: f32[2] = hidden |> dense(2)\n}\n",
  }),
  "unknown-layer": row<{ name: string; nearest: string }>({
    severity: "error",
    message: ({ name, nearest }) => guess(`There is no layer, block, model or function \`${name}\``, { nearest }),
    help: () => "Call a built-in layer, or declare or import a block of that name.",
    page: "What is called is a built-in layer or function, a block or model of the file or its imports, or a layer that the body names.",
    example: "model Net {\n  input x: f32[4]\n  output y: f32[2] = x |> dens(2)\n}\n",
  }),
  "unknown-objective": row<{ what: string; name: string; nearest: string }>({
    severity: "error",
    message: ({ what, name, nearest }) => guess(`There is no ${what} \`${name}\``, { nearest }),
    help: ({ what }) => (what === "loss" ? "Write a loss, such as `cross_entropy` for labels or `mse` for numbers." : "Write a metric, such as `accuracy`, or a loss."),
    page: "An item of `loss` is a loss, or a computation with some; an item of `metrics` is a metric or a loss. All take the prediction first, then the target: `cross_entropy(output, field)`. Layers without weights and blocks of the file can stand in both, where they end in one number.",
    example: 'import { digits } from "std/data"\nmodel Net {\n  input image: f32[28, 28, 1]\n  output y: f32[10] = image |> flatten |> dense(10)\n}\ntrain t: Net on digits {\n  loss crossentropy(y, label)\n  optimizer adam(lr: 1e-3)\n  batch 32\n  steps 20\n}\n',
  }),
  "unknown-type": row<{ name: string; nearest: string }>({
    severity: "error",
    message: ({ name, nearest }) => guess(`There is no type \`${name}\` for this place`, { nearest }),
    help: () => "Write a type of tensors, such as `f32[28, 28, 1]`, or of options, such as `int`.",
    page: "Tensors are `f32[...]`, `i32[...]`, `bool[...]` or `class[n]`. Parameters of blocks, models and recipes can also be `int`, `ints` (several in brackets, or one), `float`, `bool`, `string`, `layer`, or one of some words: `none | layer | rms`.",
    example: "model Net {\n  input x: f64[4]\n  output y: f32[2] = x |> dense(2)\n}\n",
  }),
  "not-a-value": row<{ name: string; what: string }>({
    severity: "error",
    message: ({ name, what }) => `A value is expected here, and \`${name}\` is ${what}.`,
    help: () => "Write a value: a number, a tensor, or a name that is bound to one.",
    page: "Layers, blocks and models are called; data and runs are named in `train`. In the place of a value only values stand.",
    example: "model Net {\n  input x: f32[4]\n  output y: f32[4] = x + relu\n}\n",
  }),
  "not-callable": row<{ name: string; what: string }>({
    severity: "error",
    message: ({ name, what }) => `\`${name}\` is ${what} and takes no tensors.`,
    help: () => "Call a layer, a block or a model.",
    page: "Only layers, blocks, models and functions can be called. In the place of a callee, names of values are passed over, so that a value may be called like a layer.",
    example: "let width = 3\nmodel Net {\n  input x: f32[4]\n  output y: f32[4] = x |> width\n}\n",
  }),
  "not-a-model": row<{ name: string; what: string }>({
    severity: "error",
    message: ({ name, what }) => `A model is expected here, and \`${name}\` is ${what}.`,
    help: () => "Name a model, with its options: `Digits(width: 16)`.",
    page: "`train` trains models, and `model A = B(...)` names an instance of one. Blocks and layers have no inputs and outputs of their own; put them into a model.",
    example: "block half(x: f32[d]) -> f32[d] {\n  return 0.5 * x\n}\nmodel Net = half()\n",
  }),
  "wrong-declaration": row<{ name: string; found: string; expected: string }>({
    severity: "error",
    message: ({ name, found, expected }) => `\`${name}\` is ${found}; ${expected} is expected here.`,
    help: ({ expected }) => `Name ${expected}.`,
    page: "`on` names a dataset, `use` names a recipe.",
    example: "recipe quick {\n  batch 32\n}\ndata d = quick {\n  take 100\n}\n",
  }),
  "no-such-declaration": row<{ what: string; name: string; nearest: string }>({
    severity: "error",
    message: ({ what, name, nearest }) => guess(`There is no ${what} \`${name}\``, { nearest }),
    help: ({ what }) => `Declare the ${what}, or import it.`,
    page: "Datasets are declared with `data`, recipes with `recipe`, in this file or in one that it imports.",
    example: "recipe quick {\n  use slow\n}\n",
  }),
  "circular-constant": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `The value of \`${name}\` is defined by itself.`,
    help: () => "Give it a value that does not depend on it.",
    page: "Constants can use each other in any order, but not in a circle.",
    example: "let a = b + 1\nlet b = a\n",
  }),
  "circular-model": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `The model \`${name}\` is an instance of itself.`,
    help: () => "Name a model that has a body.",
    page: "`model A = B(...)` names an instance of another model; the chain has to end in a model with a body.",
    example: "model A = A()\n",
  }),
  "circular-recipe": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `The recipe \`${name}\` uses itself.`,
    help: () => "Take the `use` away.",
    page: "A recipe may use others, but not in a circle.",
    example: "recipe a {\n  use a\n}\n",
  }),
  "circular-data": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `The dataset \`${name}\` is derived from itself.`,
    help: () => "Derive it from a dataset that has a source.",
    page: "`data small = digits { take 1000 }` derives a dataset from another; the chain has to end in one with a source.",
    example: "data a = a {\n  take 100\n}\n",
  }),
  "not-supported-yet": row<{ what: string }>({
    severity: "error",
    message: ({ what }) => `This version of sop does not support ${what} yet.`,
    help: () => "Write the program without it for now.",
    page: "The language has it, and this version of the compiler has not. Nothing is wrong with the program; it has to wait, or do without.",
    example: "model Net {\n  input x: f32[4]\n  output y: f32[4] = x |> einsum\n}\n",
  }),
} as const;
