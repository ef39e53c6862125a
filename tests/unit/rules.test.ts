// Rules about training: what each warns of, what it leaves alone, and how a comment silences one.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { format } from "../../compiler/ast/format.js";
import { check, mend, net } from "./semantics-support.js";

const data = 'data d = csv("d.csv") {\n  fields x: f32[4] from columns("a", "d"), y: class[2], v: f32, c: class[5]\n}\n';
const run = (model: string, clauses: string, more = ""): string =>
  `${data}${more}${net(model)}train t: Net on d {\n${["loss cross_entropy(z, y)", "optimizer adam(lr: 1e-3)", "batch 32", "epochs 2", clauses]
    .join("\n")
    .split("\n")
    .filter((line, index, all) => line !== "" && all.findLastIndex((other) => other.split(" ")[0] === line.split(" ")[0]) === index)
    .map((line) => `  ${line}`)
    .join("\n")}\n}\n`;

function gives(name: string, source: string, lines: readonly string[]): void {
  test(name, () => assert.equal(check(source).lines, lines));
}

const two = "block two(x: f32[d]) -> f32[d], f32[d] {\n  return x |> dense(d), x |> dense(d)\n}\n";

// --- results that nothing uses ---

gives("a result that is bound and never read", net("h = x |> dense(8) |> relu\noutput z = x |> dense(3)"), ['3:24 unused-result {"value":"h"}']);
gives("a result that the next line replaces", net("x = x |> dense(8)\nx = 2 * x\nx = x |> dense(9)\ny = x |> dense(3)\noutput z = y"), []);
gives("only the end of an unused chain is told of", net("h = x |> dense(8) |> relu |> dense(9) |> tanh\noutput z = x |> dense(3)"), ['3:44 unused-result {"value":"h"}']);
gives("a result that only the last turn does not use", net("skip = x\nrepeat 3 {\n  x = x + skip\n  skip = x |> dense(4)\n}\noutput z = x"), []);
gives("a result that no turn uses, once", net("repeat 3 {\n  h = x |> dense(7)\n  x = x |> dense(4)\n}\noutput z = x"), ['4:12 unused-result {"value":"h"}']);
gives("a second result that is bound and never read, at the call", two + net("a, b = x |> two\noutput z = a"), ['6:15 unused-result {"value":"b"}']);
gives("a second result that is bound to `_`", two + net("a, _ = x |> two\noutput z = a"), []);
gives("a result of a model that is bound to `_`", `model Back {\n  input x: f32[4]\n  h = x |> dense(8)\n  output logits = h |> dense(3)\n  output features = h\n}\n${net("_, f = x |> Back\noutput z = f |> dense(2)")}`, []);
gives("a result within a block", `block f(x: f32[d]) -> f32[d] {\n  h = x |> dense(7)\n  return x |> dense(d)\n}\n${net("output z = x |> f |> f")}`, ['2:12 unused-result {"value":"h"}']);
gives("an unused layer is not told of as one without a loss", run("h = x |> dense(8)\noutput z = x |> dense(2)", ""), ['6:12 unused-result {"value":"h"}']);

// --- parameters ---

gives("an option that nothing reads", "block f(x: f32[d], width: int = 3, _later: int = 1) -> f32[d] {\n  return x |> relu\n}\n", ['1:20 unused-parameter {"what":"parameter","name":"width","owner":"f"}']);
gives("parameters are read in sizes, types, defaults, annotations, conditions and calls", "block f(x: f32[d], n: int, m: int = n, k: int = 2, on: bool = true, act: layer = relu, v: int = 9) -> f32[m] {\n  x = if on then x else 2 * x\n  return x |> dense(m) overparam k |> act\n}\nmodel Net(v: int = 9, k: int = 2) overparam k {\n  input t: i32[4] below v\n  output z = t |> embedding(9, 4) |> flatten |> f(n: 3) |> dense(2)\n}\n", ['1:88 unused-parameter {"what":"parameter","name":"v","owner":"f"}']);
gives("an input that nothing reads", net("output z = x |> dense(3)", "", "x: f32[4], w: f32[4]"), ['2:20 unused-parameter {"what":"input","name":"w","owner":"Net"}']);
gives("an option of a recipe", "recipe r(rate: float = 1e-3) {\n  optimizer adam(lr: 1e-3)\n}\n", ['1:10 unused-parameter {"what":"parameter","name":"rate","owner":"r"}']);

// --- named layers, images, texts ---

gives("a named layer that nothing applies", net("layer head = dense(3)\noutput z = x |> dense(3)"), ['3:9 unused-layer {"layer":"head","owner":"Net"}']);
gives("named layers that are applied, given on, read as a table, or meant", `block f(x: f32[d], act: layer) -> f32[d] {\n  return x |> act\n}\n${net("layer a = relu\nlayer e = embedding(5, 4)\nlayer _later = dense(3)\noutput z = x |> f(a) |> e.unembed")}`, []);
const filters = "output z = x |> conv2d(8, kernel: 3) |> flatten |> dense(3)";
gives("an image with the channels first", net(filters, "", "x: f32[3, 32, 32]"), ['3:19 channels-first {"layer":"conv2d","input":"x","found":"f32[3, 32, 32]"}']);
gives("the same behind arithmetic, once", net("x = x / 255\noutput y = x |> conv2d(8, kernel: 3)\noutput z = x |> max_pool(1)", "", "x: f32[1, 28, 28]"), ['4:19 channels-first {"layer":"conv2d","input":"x","found":"f32[1, 28, 28]"}']);
gives("channels that were brought last, small squares, images that are no squares", net("a = x |> transpose(axes: [1, 2, 0]) |> conv2d(8, kernel: 3) |> flatten\noutput z = concat(a, y |> conv2d(8, kernel: 3) |> flatten, w |> conv2d(8, kernel: 3) |> flatten)", "", "x: f32[3, 32, 32], y: f32[3, 3, 3], w: f32[4, 30, 8]"), []);
const text = (target: string, name = "text"): string => `data d = ${name}("plays.txt") {\n  fields tokens: i32[64] below 96, target: i32[64] below 96${target}\n}\n`;
gives("two fields with the same windows of a text", text(""), ['2:36 same-windows {"field":"target","other":"tokens"}']);
gives("a field with what follows", text(" from next"), []);
gives("two fields of another source", text("", "jsonl"), []);
test("the fix of the same windows takes what follows", () => assert.is(mend(text("")), text(" from next")));

// --- dropout ---

gives("dropout before the output", net("output z = x |> dense(3) |> dropout(0.5)"), ['3:31 dropout-at-end {"output":"z"}']);
gives("dropout before an activation and a reshape", net("output z = x |> dense(4) |> dropout(0.5) |> tanh |> reshape([2, 2])"), ['3:31 dropout-at-end {"output":"z"}']);
gives("dropout before a layer, or added to something", net("output z = x |> dropout(0.5) |> dense(4)\noutput w = x + (x |> dense(4) |> dropout(0.5))"), []);
test("the fix of dropout at the end removes it", () => assert.is(mend(net("output z = x |> dense(3) |> dropout(0.5) |> relu")), net("output z = x |> dense(3) |> relu")));

// --- overparam ---

gives("overparam on one unit", net("output z = x |> dense(1) overparam 4"), ['3:28 overparam-one-unit {"layer":"dense"}']);
gives("overparam that reaches one unit from further out", net("output z = x |> dense(8) |> dense(1)").replace("Net {", "Net overparam 4 {"), []);
gives("overparam on a block that ends with one unit", `block f(x: f32[d]) -> f32[1] {\n  return x |> dense(8) |> dense(1)\n}\n${net("output z = x |> f overparam 4")}`, []);
test("the fix of one unit switches it off", () => assert.is(mend(net("output z = x |> dense(1) overparam(4, mix: mean)")), net("output z = x |> dense(1) overparam 1")));
gives("options of a plain kernel", net("output z = x |> dense(3) overparam(1, mix: mean)"), ['3:28 option-without-effect {"option":"mix","of":"overparam","because":"one copy is a plain kernel"}']);
gives("annealing to where it is", net("output z = x |> dense(3) overparam(4, mix: mean, anneal: 10%)"), ['3:52 option-without-effect {"option":"anneal","of":"overparam","because":"`mix: mean` mixes by the mean from the first step"}']);
gives("nesterov without momentum", run("output z = x |> dense(2)", "optimizer sgd(lr: 0.1, nesterov: true)"), ['12:26 option-without-effect {"option":"nesterov","of":"sgd","because":"it looks ahead along a momentum, and there is none"}']);
gives("nesterov with momentum", run("output z = x |> dense(2)", "optimizer sgd(lr: 0.1, momentum: 0.9, nesterov: true)"), []);
gives("moments that sgd has not", run("output z = x |> dense(2) overparam(4, moments: copies)", "optimizer sgd(lr: 0.1)"), ['6:41 option-without-effect {"option":"moments","of":"overparam","because":"`sgd` has no second moments"}']);

const rk = (options: string): string => run("output z = x |> dense(2)", `optimizer rk(lr: 0.1, ${options})`);
gives("runge-kutta options that have an effect", rk("order: 3, batches: split, precondition: true, momentum: 0.9"), []);
gives("curvature with one stage, and batches for it", rk("order: 1, batches: split, adaptive: true"), [
  '12:35 option-without-effect {"option":"batches","of":"rk","because":"order 1 has one stage"}',
  '12:51 option-without-effect {"option":"adaptive","of":"rk","because":"it sees curvature between two stages, and order 1 has one"}',
]);
gives("curvature between batches", rk("batches: split, adaptive: true"), ['12:41 option-without-effect {"option":"adaptive","of":"rk","because":"it sees curvature between two stages on one batch, and each stage has its own"}']);
gives("a power of nothing", rk("order: 4, power: 2"), ['12:35 option-without-effect {"option":"power","of":"rk","because":"the rate is not adaptive"}']);
gives("moments that rk has not", run("output z = x |> dense(2) overparam(4, moments: copies)", "optimizer rk(lr: 0.1)"), ['6:41 option-without-effect {"option":"moments","of":"overparam","because":"`rk` has no moments for each copy"}']);

// --- metrics ---

const logit = "output z = x |> dense(1)";
gives("metrics that fit", run("output z = x |> dense(2)", "metrics accuracy(z, y), f1(z, y), perplexity(z, y)"), []);
gives("accuracy of numbers", run(logit, "loss mse(z, v)\nmetrics accuracy(z, y)"), ['13:11 metric-does-not-fit {"metric":"accuracy","output":"z","why":"it goes by the sign of one logit, and `mse` fits the numbers of the target"}']);
gives("accuracy of one logit", run(logit, "loss binary_cross_entropy(z, v)\nmetrics accuracy(z, y)"), []);
gives("accuracy of what is never negative", run(`${logit} |> sigmoid`, "loss mse(z, v)\nmetrics accuracy(z, y)"), ['13:11 metric-does-not-fit {"metric":"accuracy","output":"z","why":"it goes by the sign of one logit, and `sigmoid` gives none below 0"}']);
gives("f1 of one class out of five", run("output z = x |> dense(5)", "loss cross_entropy(z, c)\nmetrics f1(z, c, average: binary)"), ['13:11 metric-does-not-fit {"metric":"f1","output":"z","why":"`average: binary` looks at class 1 alone, and there are 5 classes"}']);
gives("r2 of a regression", run(logit, "loss mse(z, v)\nmetrics r2(z, v), mae(z, v)"), []);
gives("an error of logits", run(logit, "loss binary_cross_entropy(z, v)\nmetrics mae(z, v)"), ['13:11 metric-does-not-fit {"metric":"mae","output":"z","why":"its loss takes logits, and `mae` compares them as they are with the target"}']);

// --- warm-up ---

const warm = (warmup: string): string => `optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: ${warmup}))`;
gives("a warm-up of more epochs than the run", run("output z = x |> dense(2)", warm("3 epochs")), ['12:48 warmup-too-long {"warmup":"3 epochs","run":"t","length":"2 epochs"}']);
gives("a warm-up of as many epochs, of a share, or of steps of unknown epochs", run("output z = x |> dense(2)", warm("2 epochs")) , []);
gives("a warm-up in steps of epochs whose length is not known", run("output z = x |> dense(2)", warm("3000 steps")), []);
test("a warm-up in steps of generated data is compared", () => {
  const source = (steps: number): string => `data g = synthetic("digits", rows: 1000) {\n  fields image: f32[28, 28, 1], label: class[10]\n}\nmodel Net {\n  input image: f32[28, 28, 1]\n  output z = image |> flatten |> dense(10)\n}\ntrain t: Net on g {\n  loss cross_entropy(z, label)\n  ${warm(`${steps} steps`)}\n  batch 32\n  epochs 2\n}\n`;
  // 800 rows train, 25 steps each epoch.
  assert.equal(check(source(50)).lines, []);
  assert.equal(check(source(51)).lines, ['10:48 warmup-too-long {"warmup":"51 steps","run":"t","length":"2 epochs"}']);
});

// --- splits ---

const pair = (second: string, order = ""): string => `${data.replace("}\n", `  split train 80%, valid 10%, test 10%${order}\n}\n`)}data e = ${second}\n${net("output z = x |> dense(2)")}${["d", "e"].map((on, index) => `train ${"tu"[index]}: Net on ${on} {\n  loss cross_entropy(z, y)\n  optimizer adam(lr: 1e-3)\n  batch 32\n  epochs 2\n}\n`).join("")}`;
gives("the same cuts", pair("d {\n  split train 80%, test 10%\n}").replace("valid 10%, test 10%", "test 10%"), []);
gives("a larger share of the same rows trains", pair("d {\n  split train 95%, test 5%\n}"), ['18:7 splits-overlap {"trained":"u","tested":"t"}']);
gives("fewer rows, in another order", pair("d {\n  take 100\n}"), ['18:7 splits-overlap {"trained":"u","tested":"t"}']);
gives("a smaller share that stays within", pair("d {\n  split train 50%\n}"), []);
gives("another file", pair('csv("e.csv") {\n  fields x: f32[4] from columns("a", "d"), y: class[2]\n  split train 95%, test 5%\n}'), []);

// --- comments that silence ---

gives("a reason silences", net("// sop-ignore dropout-at-end: as in the paper\noutput z = x |> dense(3) |> dropout(0.5)"), []);
gives("without a reason it is a warning", net("// sop-ignore dropout-at-end\noutput z = x |> dense(3) |> dropout(0.5)"), ['3:3 ignore-without-reason {"id":"dropout-at-end"}']);
gives("an empty reason is none", net("// sop-ignore dropout-at-end:\noutput z = x |> dense(3) |> dropout(0.5)"), ['3:3 ignore-without-reason {"id":"dropout-at-end"}']);
gives("one that silences nothing", net("// sop-ignore dropout-at-end: as in the paper\noutput z = x |> dense(3)"), ['3:3 unused-ignore {"id":"dropout-at-end","nearest":""}']);
gives("a misspelled one", net("// sop-ignore dropout-at-ned: as in the paper\noutput z = x |> dense(3) |> dropout(0.5)"), ['3:3 unused-ignore {"id":"dropout-at-ned","nearest":"dropout-at-end"}', '4:31 dropout-at-end {"output":"z"}']);
gives("two for one line, and other comments between", net("// sop-ignore dropout-at-end: as in the paper\n// sop-ignore overparam-one-unit: likewise\n// what it is\noutput z = x |> dense(1) overparam 2 |> dropout(0.5)"), []);
gives("it reaches one line only", net("// sop-ignore unused-result: kept\nh = x |> dense(3)\ng = x |> dense(5)\noutput z = x |> dense(3)"), ['5:12 unused-result {"value":"g"}']);
gives("it reaches as far as what begins on its line goes on", net("// sop-ignore dropout-at-end: as in the paper\noutput z = x\n|> dense(3)\n|> dropout(\n0.5)"), []);
gives("but into no body", net("// sop-ignore unused-result: kept\nrepeat 1 {\nh = x |> dense(3)\n}\noutput z = x |> dense(3)"), ['3:3 unused-ignore {"id":"unused-result","nearest":""}', '5:12 unused-result {"value":"h"}']);
test("a line that is silenced may be broken by the formatter", () => {
  const long = net(`// sop-ignore dropout-at-end: as in the paper\noutput z = x |> ${"dense(3, bias: false) |> ".repeat(6)}dropout(0.5)`);
  const formatted = format(parse({ path: "main.sop", text: long }).value, long);
  assert.ok(formatted.split("\n").length > long.split("\n").length, formatted);
  assert.equal(check(formatted).lines, []);
});
gives("an older warning too", net("// sop-ignore overparam-without-kernel: later\noutput z = x |> relu overparam 4"), []);
gives("an error is never silenced, and beside errors nothing is called unused", net("// sop-ignore unknown-layer: no\noutput z = x |> dens(3)"), ['4:19 unknown-layer {"name":"dens","nearest":"dense"}']);
gives("in a body that nothing builds nothing is called unused", "model Net(width: int) {\n  input x: f32[4]\n  // sop-ignore dropout-at-end: as in the paper\n  output z = x |> dense(width) |> dropout(0.5)\n}\n", []);
gives("other words are comments", net("// sop-ignored things\n// sop-ignore-all\noutput z = x |> dense(3)"), []);
test("the fix of an unused one removes its line", () => assert.is(mend(net("// sop-ignore dropout-at-end: as in the paper\noutput z = x |> dense(3)")), net("output z = x |> dense(3)")));

// --- budgets ---

const synthetic = (body: string, clauses = ""): string => `data g = synthetic("digits", rows: 1000) {\n  fields image: f32[28, 28, 1], label: class[10]\n}\nmodel Net overparam 4 {\n  input image: f32[28, 28, 1]\n  output z = image |> flatten |> dense(10)\n${body}}\ntrain t: Net on g {\n  loss cross_entropy(z, label)\n  optimizer adam(lr: 1e-3)\n  batch 32\n  epochs 2\n${clauses}}\n`;
gives("budgets that hold", synthetic("  assert shipped.weights <= 7850\n  assert shipped.bytes <= 31.4KB\n  assert trained.weights < 32K\n", "  assert shipped.flops <= 16K\n  assert 1GB >= trained.memory\n"), []);
gives("budgets of a model", synthetic("  assert shipped.weights <= 7849\n  assert shipped.flops < 15_690\n  assert trained.weights <= 31_000\n"), [
  '7:3 budget-exceeded {"figure":"shipped.weights","found":"7,850","limit":"at most 7,849","layers":"`dense` (7,850)"}',
  '8:3 budget-exceeded {"figure":"shipped.flops","found":"15,690","limit":"less than 15,690","layers":"`dense` (15,690)"}',
  '9:3 budget-exceeded {"figure":"trained.weights","found":"31,370","limit":"at most 31,000","layers":"`dense` (31,370)"}',
]);
test("the memory of a run is weights, mixed kernels, gradients, moments and a batch of results", () => {
  // Copies 31,370, mixed 7,840, gradients 7,850, moments 31,370 + 7,850 numbers; results of flatten and dense for 32 rows.
  const bytes = 4 * (31_370 + 7_840 + 7_850 + 31_370 + 7_850) + 32 * 4 * (784 + 10);
  assert.is(bytes, 446_752);
  const lines = (place: string): readonly string[] => check(place).lines;
  const wanted = 'budget-exceeded {"figure":"trained.memory","found":"446.8 KB","limit":"at most 446.7 KB","layers":"`dense` (346.4 KB), `flatten` (100.4 KB)"}';
  assert.equal(lines(synthetic("", "  assert trained.memory <= 446_751\n")), [`13:3 ${wanted}`.replace("446.8 KB", "446,752 bytes").replace("446.7 KB", "446,751 bytes")]);
  assert.equal(lines(synthetic("  assert trained.memory <= 446.7KB\n")), [`7:3 ${wanted}`]);
  assert.equal(lines(synthetic("", "  assert trained.memory <= 446_752\n")), []);
  // Second moments of the set alone, and with a momentum those of each copy.
  for (const [optimizer, held] of [["rmsprop(lr: 1e-3)", bytes - 4 * 31_370], ["rmsprop(lr: 1e-3, momentum: 0.9)", bytes], ["sgd(lr: 1e-3)", bytes - 4 * (31_370 + 7_850)], ["lion(lr: 1e-3)", bytes - 4 * 7_850]] as const) {
    const program = (limit: number): string => synthetic("", `  assert trained.memory <= ${limit}\n`).replace("adam(lr: 1e-3)", optimizer);
    assert.equal([lines(program(held)).length, lines(program(held - 1)).length], [0, 1], optimizer);
  }
});
gives("figures are not known while a model is being built", net("h = x |> dense(3)\noutput z = h |> dense(shipped.weights)"), ['4:25 unknown-name {"name":"shipped.weights","nearest":""}']);
gives("without a run the memory of training is not known, and not checked", net("output z = x |> dense(3)\nassert trained.memory <= 1"), []);
gives("a misspelled figure", synthetic("", "  assert shipped.weight <= 1\n"), ['13:10 unknown-name {"name":"shipped.weight","nearest":"shipped.weights"}']);
gives("a budget that a recipe brings", synthetic("", "  use small\n") + "recipe small {\n  assert shipped.weights <= 1K\n}\n", ['16:3 budget-exceeded {"figure":"shipped.weights","found":"7,850","limit":"at most 1,000","layers":"`dense` (7,850)"}']);
gives("other conditions on figures are assertions", synthetic("  assert trained.weights == shipped.weights, \"no copies\"\n"), ['7:3 assertion-failed {"message":"no copies","found":"31370 and 7850"}']);

test.run();
