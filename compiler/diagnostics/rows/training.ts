// Rows of the catalogue: data and training.

import { row } from "./row.js";

const guess = (message: string, { nearest }: { readonly nearest: string }): string => (nearest === "" ? `${message}.` : `${message}; did you mean \`${nearest}\`?`);

const data = 'data d = csv("d.csv") {\n  fields x: f32, y: class[2]\n}\n';
const net = "model Net {\n  input x: f32\n  output z: f32[2] = concat(x) |> dense(2)\n}\n";
const run = (clauses: string): string => `${data}${net}train t: Net on d {\n${clauses}}\n`;
const rest = "  optimizer adam(lr: 1e-3)\n  batch 32\n  epochs 2\n";
const loss = "  loss cross_entropy(z, y)\n";

export const trainingRows = {
  "unknown-clause-word": row<{ word: string; place: string; nearest: string }>({
    severity: "error",
    message: ({ word, place, nearest }) => guess(`\`${place}\` has no clause \`${word}\``, { nearest }),
    help: () => "Remove the line, or write a clause that there is.",
    page: "Each line of `data`, `train` and `recipe` begins with a word of a fixed list; the reference has it.",
    example: run(`${loss}${rest}  sede 7\n`),
  }),
  "clause-not-here": row<{ word: string; place: string; where: string }>({
    severity: "error",
    message: ({ word, place, where }) => `\`${word}\` belongs in ${where}, not in \`${place}\`.`,
    help: ({ where }) => `Move it to ${where}.`,
    page: "What is done to data stands with the data, what is done in training with the run or its recipe.",
    example: run(`${loss}${rest}  take 100\n`),
  }),
  "duplicate-clause": row<{ word: string }>({
    severity: "error",
    message: ({ word }) => `\`${word}\` is said twice in this block.`,
    help: () => "Keep one of them; a clause may hold several items, parted by commas.",
    page: "In one block each clause stands once. A clause of a recipe is replaced by one that is written beside `use`.",
    example: run(`${loss}${rest}  epochs 3\n`),
  }),
  "clauses-exclude": row<{ word: string; other: string }>({
    severity: "error",
    message: ({ word, other }) => `A block has \`${other}\` or \`${word}\`, found both.`,
    help: () => "Keep one of them.",
    page: "`epochs` and `steps` are two ways to give the length of a run. A clause of a recipe is replaced by one that is written beside `use`.",
    example: run(`${loss}${rest}  steps 100\n`),
  }),
  "clause-form": row<{ word: string; form: string }>({
    severity: "error",
    message: ({ word, form }) => `\`${word}\` is written as \`${form}\`.`,
    help: ({ form }) => `Write \`${form}\`.`,
    page: "Each clause has one form; the reference lists them.",
    example: run(`${loss}${rest}  clip 1.0\n`),
  }),
  "missing-clause": row<{ clauses: string; owner: string }>({
    severity: "error",
    message: ({ clauses, owner }) => `\`${owner}\` lacks clauses that it needs: ${clauses}.`,
    help: () => "Add them, or a recipe that has them.",
    page: "A run needs `loss`, `optimizer`, `batch`, and one of `epochs` and `steps`, of its own or from a recipe. A dataset with a source needs `fields`.",
    example: run(rest),
  }),
  "unknown-source": row<{ name: string; nearest: string }>({
    severity: "error",
    message: ({ name, nearest }) => guess(`There is no data source or dataset \`${name}\``, { nearest }),
    help: () => "Write `csv`, `jsonl`, `idx`, `npy`, `npz`, `text` or `synthetic`, or name a dataset to derive from.",
    page: 'Sources are `csv("rows.csv")`, `jsonl("rows.jsonl")`, `idx("images.gz", "labels.gz")`, `npy("images.npy", "labels.npy")`, `npz("arrays.npz")`, `text("plays.txt")` and `synthetic("digits")`. A dataset alone derives: `data small = digits { take 1000 }`.',
    example: 'data d = cvs("d.csv") {\n  fields x: f32\n}\n',
  }),
  "unknown-generator": row<{ name: string; nearest: string }>({
    severity: "error",
    message: ({ name, nearest }) => guess(`There is no generator \`${name}\``, { nearest }),
    help: () => "Write `digits`, `shapes` or `spirals`.",
    page: "Generators ship with sop and are seeded: `digits` draws digits of 28 by 28 pixels, with values from 0 to 255; `shapes` circles, boxes and triangles of 64 by 64 pixels, with noise and without; `spirals` points of two spirals in the plane.",
    example: 'data d = synthetic("digit") {\n  fields image: f32[28, 28, 1], label: class[10]\n}\n',
  }),
  "generator-field": row<{ field: string; generator: string; list: string }>({
    severity: "error",
    message: ({ field, generator, list }) => `The generator \`${generator}\` gives ${list}, found \`${field}\`.`,
    help: ({ list }) => `Declare fields among ${list}.`,
    page: "A generator gives fields of fixed names and types; those that are declared have to be among them.",
    example: 'data d = synthetic("digits") {\n  fields image: f32[32, 32, 1], label: class[10]\n}\n',
  }),
  "file-count": row<{ source: string; files: number; fields: number }>({
    severity: "error",
    message: ({ source, files, fields }) => `\`${source}\` has one file for each field, found ${files} file${files === 1 ? "" : "s"} and ${fields} field${fields === 1 ? "" : "s"}.`,
    help: () => "Name the files in the order of the fields.",
    page: "A file of `idx` or `npy` holds one array. The first file gives the first field, the second the second.",
    example: 'data d = idx("images.gz") {\n  fields image: f32[28, 28, 1], label: class[10]\n}\n',
  }),
  "field-from": row<{ field: string; source: string }>({
    severity: "error",
    message: ({ field, source }) => `\`${source}\` has no columns, so that \`${field}\` takes no \`from\`.`,
    help: () => "Remove the `from`.",
    page: "`from` names a column of `csv`, a member of `jsonl` or an array of `npz`. Fields of `idx` and `npy` go by the order of the files, those of `synthetic` by their names; a field of `text` is a window, or what follows it: `from next`.",
    example: 'data d = synthetic("digits") {\n  fields image: f32[28, 28, 1] from "pixels", label: class[10]\n}\n',
  }),
  "field-origin": row<{ origin: string; of: string; source: string }>({
    severity: "error",
    message: ({ origin, of, source }) => `\`from ${origin}\` is for fields of \`${of}\`, found one of \`${source}\`.`,
    help: ({ of }) => `Read the file with \`${of}\`, or take the values from a field of their own.`,
    page: '`from next` gives the units that follow those of a window of `text`. `from shift("target")` gives the values of a member of `jsonl`, moved to the right by one with a 0 in front: what a decoder reads while it learns to write `target`.',
    example: 'data d = csv("d.csv") {\n  fields x: i32 below 9 from next\n}\n',
  }),
  "text-field": row<{ found: string; expected: string }>({
    severity: "error",
    message: ({ found, expected }) => `Fields of \`text\` are windows of one length, expected \`${expected}\`, found \`${found}\`.`,
    help: ({ expected }) => `Write \`${expected}\`.`,
    page: "A text is cut into windows of whole numbers: bytes, or characters by their place in the vocabulary of the training split. `tokens: i32[64] below 96` is a window of 64 of at most 96 different ones, `target: i32[64] below 96 from next` what follows each of them. All fields have the same length and bound.",
    example: 'data d = text("plays.txt") {\n  fields tokens: f32[64]\n}\n',
  }),
  "derived-fields": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is derived and has the fields of its source.`,
    help: () => "Remove `fields`.",
    page: "A derived dataset changes what is done to the rows: `take`, `split`, `scale`, `standardize`. Its fields are those of the dataset it comes from.",
    example: `${data}data e = d {\n  fields x: f32\n}\n`,
  }),
  "unknown-field": row<{ name: string; nearest: string }>({
    severity: "error",
    message: ({ name, nearest }) => guess(`The data have no field \`${name}\``, { nearest }),
    help: () => "Name a field of `fields`.",
    page: "`scale` and `standardize` name fields of f32 that the dataset declares.",
    example: 'data d = csv("d.csv") {\n  fields height: f32\n  standardize heigth\n}\n',
  }),
  "split-shares": row<{ found: string }>({
    severity: "error",
    message: ({ found }) => `The shares of a split are at most 100% together, with some for \`train\`; found ${found}.`,
    help: () => "Write shares such as `train 80%, valid 10%, test 10%`.",
    page: "Each split is a share of the rows. What is left over is not used.",
    example: 'data d = csv("d.csv") {\n  fields x: f32\n  split train 80%, valid 20%, test 10%\n}\n',
  }),
  "empty-split": row<{ split: string }>({
    severity: "error",
    message: ({ split }) => `The split \`${split}\` of the data is empty.`,
    help: ({ split }) => `Give it a share: \`split train 80%, ${split} 20%\`.`,
    page: "What is measured in training is measured on the validation split, which needs rows.",
    example: `data d = csv("d.csv") {\n  fields x: f32, y: class[2]\n  split train 80%, test 20%\n}\n${net}train t: Net on d {\n${loss}${rest}  stop when valid.loss stalls 3 epochs\n}\n`,
  }),
  "unknown-optimizer": row<{ name: string; nearest: string }>({
    severity: "error",
    message: ({ name, nearest }) => guess(`There is no optimizer \`${name}\``, { nearest }),
    help: () => "Write the name of an optimizer, such as `adam`.",
    page: "Optimizers are `sgd`, `adam`, `adamw`, `adagrad`, `rmsprop` and `lion`, each with its options in parentheses: `adamw(lr: 1e-3, weight_decay: 0.01)`. `sop explain adamw` has those of one.",
    example: run(`${loss}  optimizer adamm(lr: 1e-3)\n  batch 32\n  epochs 2\n`),
  }),
  "unknown-metric": row<{ metric: string; nearest: string }>({
    severity: "error",
    message: ({ metric, nearest }) => guess(`The run does not measure \`${metric}\``, { nearest }),
    help: () => "Write `valid.loss`, or `valid.` and the name of an item of `loss` or `metrics`.",
    page: "`stop` and `checkpoint best` go by what is measured on the validation split: `valid.loss` always, and each item of `loss` and `metrics` by its name.",
    example: run(`${loss}${rest}  stop when valid.accuracy stalls 3 epochs\n`),
  }),
  "unknown-input": row<{ name: string; model: string; nearest: string }>({
    severity: "error",
    message: ({ name, model, nearest }) => guess(`\`${model}\` has no input \`${name}\``, { nearest }),
    help: () => "Name an input of the model in `feed`.",
    page: "`feed input: field` gives an input of the model a field of another name.",
    example: run(`${loss}${rest}  feed w: x\n`),
  }),
  "input-without-field": row<{ input: string; field: string; data: string; nearest: string }>({
    severity: "error",
    message: ({ input, field, data: name }) => `The input \`${input}\` reads the field \`${field}\`, which \`${name}\` does not have.`,
    page: "Inputs take the fields of their name. `feed input: field` maps others.",
    example: `${data}model Net {\n  input w: f32\n  output z: f32[2] = concat(w) |> dense(2)\n}\ntrain t: Net on d {\n${loss}${rest}}\n`,
  }),
  "input-type": row<{ input: string; expected: string; field: string; found: string }>({
    severity: "error",
    message: ({ input, expected, field, found }) => `The input \`${input}\` is ${expected}, and the field \`${field}\` is ${found}.`,
    help: () => "Declare both alike, or feed another field.",
    page: "An input and its field have one type; labels may be bounded more tightly than the input asks for.",
    example: `${data}model Net {\n  input x: f32[3]\n  output z: f32[2] = x |> dense(2)\n}\ntrain t: Net on d {\n${loss}${rest}}\n`,
  }),
  "ambiguous-name": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is an output of the model and a field of the data.`,
    help: ({ name }) => `Write \`row.${name}\` for the field.`,
    page: "In `loss` and `metrics`, names are the model's outputs and the data's fields. Where both have one name, the bare name is the output and `row.name` the field.",
    example: `${data}model Net {\n  input x: f32\n  output y: f32[2] = concat(x) |> dense(2)\n}\ntrain t: Net on d {\n  loss cross_entropy(y, y)\n${rest}}\n`,
  }),
  "not-a-scalar": row<{ clause: string; found: string }>({
    severity: "error",
    message: ({ clause, found }) => `An item of \`${clause}\` is one number for the batch, found ${found}.`,
    help: () => "Compare the output with a field, by a function such as `mse` or `cross_entropy`.",
    page: "Losses and metrics are means over the batch. They can be multiplied by numbers and added.",
    example: run(`  loss z\n${rest}`),
  }),
  "loss-on-probabilities": row<{ loss: string; output: string; function: string }>({
    severity: "error",
    message: ({ loss: name, output, function: last }) => `\`${name}\` takes logits, and \`${output}\` ends with \`${last}\`.`,
    help: ({ function: last }) => `Remove the \`${last}\`: predictions and exports apply what the loss implies.`,
    page: "Cross-entropies apply softmax or sigmoid themselves, in a form that does not overflow. On probabilities they would apply it twice, and train badly without any sign of it.",
    example: `${data}model Net {\n  input x: f32\n  output z: f32[2] = concat(x) |> dense(2) |> softmax\n}\ntrain t: Net on d {\n${loss}${rest}}\n`,
  }),
  "nothing-to-train": row<{ run: string; model: string }>({
    severity: "error",
    message: ({ run: name, model }) => `The loss of \`${name}\` depends on no weight of \`${model}\`, and training would change nothing.`,
    help: () => "Compare an output that comes out of a layer with weights, such as `dense`.",
    page: "A loss is minimized by moving the weights that it is computed from. One that reads only inputs and fields, or outputs made of these alone, has none.",
    example: `${data}model Net {\n  input x: f32\n  output z: f32[2] = concat(x, -x)\n}\ntrain t: Net on d {\n${loss}${rest}}\n`,
  }),
  "layer-without-loss": row<{ layer: string; run: string }>({
    severity: "warning",
    message: ({ layer, run: name }) => `\`${layer}\` has weights that no loss of \`${name}\` depends on: they stay as they begin.`,
    help: () => "Add a loss on the output that it leads to, or remove it.",
    page: "Weights move only if a loss is computed from them. An output without a loss can be predicted and exported, and what leads to it alone is never trained. The message names the first such layer.",
    example: `${data}model Net {\n  input x: f32\n  output z: f32[2] = concat(x) |> dense(2)\n  output w: f32[3] = concat(x) |> dense(3)\n}\ntrain t: Net on d {\n${loss}${rest}}\n`,
  }),
  "metric-arithmetic": row<{ operator: string }>({
    severity: "error",
    message: ({ operator }) => `A metric takes part in no arithmetic, found \`${operator}\`.`,
    help: () => "List the metrics as items of their own.",
    page: "Metrics are counts that add up over batches, not numbers of one batch. Losses can be multiplied and added, metrics cannot.",
    example: run(`${loss}  metrics 2 * accuracy(z, y)\n${rest}`),
  }),
} as const;
