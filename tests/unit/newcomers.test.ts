// What people bring along from other frameworks, and what the compiler answers: the name that sop has for it, the form that it is written
// in, and no second message for one mistake.

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { standardNames } from "../../compiler/semantics/standard-names.js";
import { ownName, suggestWord } from "../../compiler/diagnostics/synonyms.js";
import { optimizers } from "../../compiler/semantics/optimizers.js";
import { isLayerName, layers } from "../../compiler/semantics/layers/layers.js";
import { check, mend, net } from "./semantics-support.js";

const called = [...Object.keys(layers).filter(isLayerName)];

/** The only message of a source. */
function only(source: string) {
  const { diagnostics, lines } = check(source);
  assert.is(diagnostics.length, 1, lines.join("\n"));
  const [diagnostic] = diagnostics;
  if (diagnostic === undefined) throw new Error("no diagnostic");
  return diagnostic;
}

/** A run on two fields and a model of one output `z`, with these clauses. */
const run = (clauses: string, body = "output z: f32[2] = concat(x) |> dense(2)"): string =>
  `data d = csv("d.csv") {\n  fields x: f32, y: class[2]\n}\nmodel Net {\n  input x: f32\n  ${body}\n}\ntrain t: Net on d {\n${clauses}}\n`;
const rest = "  optimizer adam(lr: 1e-3)\n  batch 32\n  epochs 2\n";

test("options written with `=` are one message, on one line or several, and one fix", () => {
  for (const args of ["lr=3e-3, weight_decay=0.1", "lr = 3e-3, weight_decay: 0.1", "\n    lr=3e-3,\n    weight_decay=0.1,\n  ", "\n    lr=3e-3,\n    weight_decay=0.1\n  "]) {
    const source = run(`  loss cross_entropy(z, y)\n  optimizer adamw(${args})\n  batch 32\n  epochs 2\n`);
    const { id, message, help } = only(source);
    assert.equal([id, message, help], ["expected-syntax", "Expected `:`, found `=`.", "Options are written `name: value`."]);
    const mended = mend(source);
    assert.match(mended, /lr: 3e-3,\s+weight_decay: 0\.1/);
    assert.equal(check(mended).lines, []);
  }
});

test("labels as the target of a loss on numbers: the loss for labels, or one number for each class", () => {
  for (const loss of ["mse", "mae", "huber", "binary_cross_entropy"]) {
    const source = run(`  loss ${loss}(z, y)\n${rest}`);
    assert.is(only(source).help, "Write `cross_entropy(z, y)`, which takes labels, or give `one_hot(y, 2)` as the target.");
    const mended = mend(source);
    assert.ok(mended.includes(loss === "binary_cross_entropy" ? "loss cross_entropy(z, y)" : `loss ${loss}(z, one_hot(y, 2))`), mended);
    assert.equal(check(mended).lines, []);
  }
  const single = run(`  loss binary_cross_entropy(z, y)\n${rest}`, "output z: f32[1] = concat(x) |> dense(1)");
  assert.match(only(single).help ?? "", /`cast\(y, f32\)`/);
  assert.equal(check(mend(single)).lines, []);
  assert.is(only(run(`  loss mse(z, y)\n${rest}`).replace("class[2]", "class[5]")).help, "Give the output 5 logits, one for each class, and write `cross_entropy(z, y)`.");
  const piped = only(run(`  loss z |> mse(y)\n${rest}`).replace("class[2]", "i32 below 2"));
  assert.is(piped.help, "Write `cross_entropy(z, y)`, which takes labels, or give `one_hot(y, 2)` as the target.");
});

test("a misspelt loss or metric is called so, and a layer within it a layer", () => {
  assert.is(only(run(`  loss crossentropy(z, y)\n${rest}`)).message, "There is no loss `crossentropy`; did you mean `cross_entropy`?");
  assert.is(only(run(`  loss z |> crossentropy(y)\n${rest}`)).message, "There is no loss `crossentropy`; did you mean `cross_entropy`?");
  assert.is(only(run(`  loss cross_entropy(z, y)\n  metrics acuracy(z, y)\n${rest}`)).message, "There is no metric `acuracy`; did you mean `accuracy`?");
  assert.is(only(run(`  loss cross_entropy(reluu(z), y)\n${rest}`)).message, "There is no layer, block, model or function `reluu`; did you mean `relu`?");
});

test("a field of classes among joined numbers is pointed at, wherever it stands", () => {
  for (const args of ["x, y, color", "color, x, y"]) {
    const source = net(`output z = concat(${args}) |> dense(2)`, "", "x: f32, y: f32, color: class[3]");
    const { origin, message, help } = only(source);
    assert.is(source.slice(origin.span.start, origin.span.end), "color");
    assert.is(message, "`concat` takes f32 like its other tensors, found `color`, class[3].");
    assert.is(help, "Turn `color` into f32 first, with `one_hot(color, 3)`, `embedding` or `cast(color, f32)`.");
  }
});

test("a line `name = value` ends a parenthesis that was left open all the same", () => {
  assert.is(only(net("y = x |> dense(\n2\nz = y |> relu\noutput w = z")).id, "unclosed-bracket");
});

test("the call of a call is a pipe", () => {
  const mended = mend(net("output y = dense(2)(x)"));
  assert.match(mended, /output y = x \|> dense\(2\)/);
  assert.equal(check(mended).lines, []);
  const inList = mend(net("output y = concat(dense(2)(x |> relu), x)"));
  assert.match(inList, /concat\(x \|> relu \|> dense\(2\), x\)/);
  assert.equal(check(inList).lines, []);
  // Beside operators a pipe would take them along.
  const beside = only(net("output y = 1 + dense(2)(x)"));
  assert.is(beside.help, "Write `x |> dense(2)`.");
  assert.equal(beside.fixes, []);
});

test("tensors come one by one", () => {
  const { id, help } = only(net("output y = concat([x, x])"));
  assert.equal([id, help], ["tensor-expected", "Tensors come one by one: `concat(a, b)`."]);
  const mended = mend(net("output y = concat([x, x])"));
  assert.match(mended, /concat\(x, x\)/);
  assert.equal(check(mended).lines, []);
  const single = only(net("output y = relu([x, x])"));
  assert.is(single.help, "Tensors come one by one: `relu(x)`.");
  assert.equal(single.fixes, []);
});

test("what the standard library declares is known, so that an import can be offered", () => {
  const folder = fileURLToPath(new URL("../../stdlib/", import.meta.url));
  const declared = readdirSync(folder).filter((file) => file.endsWith(".sop")).flatMap((file) =>
    parse({ path: file, text: readFileSync(folder + file, "utf8") }).value.declarations.flatMap((node) => (node.kind === "import" || node.kind === "let" || node.kind === "train" || node.name.text.startsWith("_") ? [] : [`${node.name.text} ${node.kind} std/${file.replace(".sop", "")}`])),
  );
  assert.equal(Object.entries(standardNames).map(([name, { kind, from }]) => `${name} ${kind} ${from}`).sort(), declared.sort());
});

test("the fix of a name of the library imports it, beside other names of that file", () => {
  const body = "output y = x |> conv_block(3) |> residual(3)";
  const alone = mend(net("output y = x |> conv_block(3)", "/// What it is.\n", "x: f32[8, 8, 1]"));
  assert.match(alone, /^import \{ conv_block \} from "std\/vision"\n\n\/\/\/ What it is\.\n/);
  const beside = mend(net(body, 'import { conv_block } from "std/vision"\n', "x: f32[8, 8, 1]"));
  assert.match(beside, /^import \{ conv_block, residual \} from "std\/vision"\n/);
  assert.equal(check(alone).lines, []);
  assert.equal(check(beside).lines, []);
});

test("names of other frameworks are known", () => {
  const meant: readonly (readonly [string, string])[] = [
    ["Linear", "dense"], ["Dense", "dense"], ["fc", "dense"], ["Conv2d", "conv2d"], ["Conv2D", "conv2d"], ["BatchNorm1d", "batch_norm"], ["BatchNorm2d", "batch_norm"],
    ["BatchNormalization", "batch_norm"], ["MaxPool2d", "max_pool"], ["MaxPooling2D", "max_pool"], ["AvgPool2d", "avg_pool"], ["AveragePooling2D", "avg_pool"],
    ["GlobalAveragePooling2D", "global_avg_pool"], ["Flatten", "flatten"], ["Dropout", "dropout"], ["Embedding", "embedding"], ["ReLU", "relu"], ["LeakyReLU", "leaky_relu"],
    ["Sigmoid", "sigmoid"], ["Tanh", "tanh"], ["GELU", "gelu"], ["Softmax", "softmax"], ["swish", "silu"], ["cat", "concat"], ["CrossEntropyLoss", "cross_entropy"], ["NLLLoss", "cross_entropy"],
    ["categorical_crossentropy", "cross_entropy"], ["sparse_categorical_crossentropy", "cross_entropy"], ["BCELoss", "binary_cross_entropy"], ["BCEWithLogitsLoss", "binary_cross_entropy"],
    ["binary_crossentropy", "binary_cross_entropy"], ["MSELoss", "mse"], ["mean_squared_error", "mse"], ["L1Loss", "mae"],
  ];
  for (const [written, name] of meant) assert.is(suggestWord(written, called), name, written);
  for (const [written, name] of [["Adam", "adam"], ["AdamW", "adamw"], ["SGD", "sgd"]] as const) assert.is(suggestWord(written, Object.keys(optimizers)), name, written);
  for (const written of ["", "_", "constructor", "__proto__", "toString"]) assert.is(ownName(written, called), null, written);
  assert.match(mend(net("output y = x |> nn.Linear(2)")), /x \|> dense\(2\)/);
});

test("a synonym is offered only where its meaning can stand", () => {
  assert.is(suggestWord("k", ["copies", "mix"]), "copies");
  assert.is(suggestWord("k", ["units", "bias"]), null);
  assert.is(suggestWord("kernel_size", ["filters", "kernel"]), "kernel");
  assert.is(suggestWord("kernel_size", ["size", "stride"]), "size");
});

test("options and clauses of other frameworks are known, and their fixes mend", () => {
  const sources: readonly string[] = [
    net("output y = x |> dense(2) overparam(k: 4)"),
    net("output y = x |> dropout(p: 0.5) |> dense(2)"),
    net("output y = x |> dense(out_features: 2)"),
    net("output y = x |> conv2d(3, kernel_size: 3)", "", "x: f32[8, 8, 1]"),
    net("output y = x |> conv2d(3, 3, strides: 2)", "", "x: f32[8, 8, 1]"),
    run(`  loss cross_entropy(z, y)\n  optimizer adam(learning_rate: 1e-3)\n  batch 32\n  epochs 2\n`),
    run(`  loss cross_entropy(z, y)\n  optimizer Adam(lr: 1e-3)\n  batch 32\n  epochs 2\n`),
    run(`  loss cross_entropy(z, y)\n  optimizer adam(lr: 1e-3)\n  batch_size 32\n  epochs 2\n`),
    run(`  criterion cross_entropy(z, y)\n${rest}`),
    run(`  loss CrossEntropyLoss(z, y)\n${rest}`),
  ];
  for (const source of sources) {
    only(source);
    assert.equal(check(mend(source)).lines, [], mend(source));
  }
});

test("what sop says in another way is said so", () => {
  assert.is(only(net("output y = x |> dense(2, activation: tanh)")).help, "Pipe it: `|> dense(...) |> tanh`.");
  assert.is(only(net('output y = x |> dense(2, activation: "relu")')).help, "Pipe it: `|> dense(...) |> relu`.");
  assert.match(only(net("output y = x |> dense(2, in_features: 4)")).help ?? "", /^Remove it: the size is that of the tensor/);
  assert.match(only(run(`  loss cross_entropy(z, y)\n${rest}  lr_scheduler cosine\n`)).help ?? "", /to the optimizer/);
});

test("an unknown name in a loss or metric is answered with the names that there are", () => {
  assert.is(only(run(`  loss cross_entropy(z, label)\n${rest}`)).help, "Name an output of the model, `z`, or a field of the data, `x` or `y`.");
  const same = run(`  loss cross_entropy(y, row.y)\n  metrics accuracy(logits, row.y)\n${rest}`, "output y: f32[2] = concat(x) |> dense(2)");
  assert.is(only(same).help, "Name an output of the model, `y`, or a field of the data, `x` or `row.y`.");
});

test("a recipe that is not known has brought whatever is missing", () => {
  assert.is(only(run("  use clasify\n  loss cross_entropy(z, y)\n")).id, "no-such-declaration");
  assert.is(only(run("  use clasify\n  loss cross_entropy(z, y)\n  stop when valid.accuracy stalls 3 epochs\n")).id, "no-such-declaration");
  assert.is(only(`recipe fast(rate: float) {\n${rest}}\n${run("  use fast\n  loss cross_entropy(z, y)\n")}`).id, "missing-option");
});

test("labels are called as they are written", () => {
  const { message, notes } = only(net("output y = c |> dense(2)", "", "c: class[10]"));
  assert.is(message, "`dense` takes f32, found class[10].");
  assert.equal(notes.map((note) => note.message), ["class[10] comes from here."]);
  assert.match(only(run(`  loss cross_entropy(z, x)\n${rest}`)).message, /takes labels class\[2\] for logits f32\[2\], found f32\[\]/);
});

test("numbers that do not fit are expected and found", () => {
  assert.is(only(net("output y = x |> dense(2.5)")).message, "`units` of `dense` expects a whole number, found 2.5.");
  assert.is(only(net("output y = x |> dense(2) overparam 0")).message, "`copies` of `overparam` expects a whole number from 1 to 1024, found 0.");
});

test.run();
