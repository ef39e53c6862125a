// Data and runs: sources, fields, splits, clauses, losses, links, settings; and the programs that users would write.

import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Run } from "../../compiler/semantics/semantic-model.js";
import { check, mend } from "./semantics-support.js";

const rows = 'data d = csv("d.csv") {\n  fields x: f32, y: class["no", "yes"], z: f32\n}\n';
const model = "model Net {\n  input x: f32\n  h = concat(x) |> dense(4) |> relu\n  output kind: f32[2] = h |> dense(2)\n  output z: f32[1] = h |> dense(1)\n}\n";
const start = rows + model;

/** A run `t` of `Net` on `d` with these clauses; the train block begins at line 10. */
function train(clauses: string): string {
  return `${start}train t: Net on d {\n${clauses
    .split("\n")
    .map((text) => `  ${text.trim()}`)
    .join("\n")}\n}\n`;
}

const loss = "loss cross_entropy(kind, y)";
const rest = "optimizer adam(lr: 1e-3)\nbatch 32\nepochs 2";

function run(source: string, files: Readonly<Record<string, string>> = {}): Run {
  const { value, lines } = check(source, files);
  // Most runs here have a loss on one of the two outputs.
  assert.equal(lines.filter((line) => !line.includes("layer-without-loss")), []);
  const [first] = value.runs;
  if (first === undefined) throw new Error("no run");
  return first;
}

function gives(name: string, source: string, lines: readonly string[]): void {
  test(name, () => assert.equal(check(source).lines, lines));
}

test("a complete run", () => {
  const { settings, links, loss: graph, metrics, feeds, dataset } = run(
    train(`loss kind: cross_entropy(kind, y, smoothing: 10%), 0.3 * huber(z, row.z)
      metrics accuracy(kind, y), error: mae(z, row.z)
      optimizer adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%), weight_decay: 0.1)
      batch 128
      epochs 5
      clip norm 1.0
      checkpoint every 200 steps, keep 3, best valid.accuracy
      stop when valid.accuracy stalls 3 epochs
      evaluate every 100 steps
      regularize l2 1e-4
      seed 7`),
  );
  assert.equal(settings, {
    optimizer: {
      call: "adamw",
      options: {
        lr: { call: "warmup_cosine", options: { peak: 0.002, warmup: { call: "share", options: { value: 0.05 } }, end: 0 } },
        betas: [0.9, 0.999],
        epsilon: 1e-8,
        weight_decay: 0.1,
        decay: "kernels",
      },
    },
    batch: 128,
    length: { unit: "epochs", value: 5 },
    clip: { norm: 1 },
    checkpoint: { every: { unit: "steps", value: 200 }, keep: 3, best: "valid.accuracy" },
    stop: { metric: "valid.accuracy", patience: { unit: "epochs", value: 3 } },
    evaluate: { unit: "steps", value: 100 },
    l2: 1e-4,
    seed: 7,
  });
  assert.equal(links, [
    { output: "kind", link: "softmax", classes: ["no", "yes"], field: "y" },
    { output: "z", link: "none", classes: null, field: "z" },
  ]);
  assert.equal(graph.inputs.map(({ name }) => name), ["kind", "z", "row.x", "row.y", "row.z"]);
  assert.equal(graph.outputs.map(({ name }) => name), ["kind", "huber"]);
  assert.equal(graph.applications.map(({ layer }) => layer), ["cross_entropy", "reshape", "huber", "constant", "mul"]);
  assert.equal(graph.applications[0]?.options, { smoothing: 0.1 });
  assert.equal(metrics.outputs.map(({ name }) => name), ["accuracy", "error"]);
  assert.equal(feeds, [{ input: "x", field: "x" }]);
  assert.equal(dataset.split, { train: 0.8, valid: 0.1, test: 0.1, order: "shuffled" });
});

test("recipes bring clauses, and what is written beside them wins", () => {
  const source = `recipe quick(lr: float = 1e-3, length: int = 10) {
  ${loss}
  optimizer sgd(lr: lr, momentum: 0.9)
  batch 8
  steps length
}
${train("use quick(lr: cosine(0.5))\nbatch 16\nepochs 3")}`;
  const { settings } = run(source);
  assert.is(settings.batch, 16);
  assert.equal(settings.length, { unit: "epochs", value: 3 });
  assert.equal(settings.optimizer, { call: "sgd", options: { lr: { call: "cosine", options: { peak: 0.5, end: 0 } }, momentum: 0.9, nesterov: false } });
});

test("every schedule with its defaults", () => {
  const lr = (text: string): unknown => run(train(`${loss}\noptimizer sgd(lr: ${text})\nbatch 8\nsteps 500`)).settings.optimizer.options["lr"];
  const share = (value: number) => ({ call: "share", options: { value } });
  assert.is(lr("0.1"), 0.1);
  assert.equal(lr("constant(0.1)"), { call: "constant", options: { value: 0.1 } });
  assert.equal(lr("linear(0.1)"), { call: "linear", options: { peak: 0.1, warmup: share(0), end: 0 } });
  assert.equal(lr("step(0.1, at: [50%, 75%])"), { call: "step", options: { peak: 0.1, at: [0.5, 0.75], factor: 0.1 } });
  assert.equal(lr("exponential(0.1, factor: 0.9, interval: 2 epochs)"), { call: "exponential", options: { peak: 0.1, factor: 0.9, interval: { call: "epochs", options: { value: 2 } } } });
  assert.equal(lr("inverse_sqrt(0.1, warmup: 100 steps)"), { call: "inverse_sqrt", options: { peak: 0.1, warmup: { call: "steps", options: { value: 100 } } } });
  assert.equal(lr("one_cycle(0.1)"), { call: "one_cycle", options: { peak: 0.1, warmup: share(0.3), start: 0.04, end: 1e-4 } });
});

test("data with everything", () => {
  const source = `let n = 28
/// Doc.
data base = idx("images.gz", "labels.gz", sha256: ["AB12", "cd34"]) {
  fields image: f32[n, n, 1], label: class[10]
  scale  image by 1/255
  split  train 70%, valid 20%, test 10%, order: file
}
data small = base {
  standardize image
  take 1000
}
data table = csv("t.csv", missing: "?", separator: ";") {
  fields a: f32 from "the a", v: f32[3] from columns("p0", "p2"), w: f32[13] from columns(1, 13)
}
`;
  const { value, lines } = check(source);
  assert.equal(lines, []);
  const [base, small, table] = value.datasets;
  assert.equal(base?.source, { kind: "idx", files: ["images.gz", "labels.gz"], sha256: ["ab12", "cd34"] });
  assert.equal(base?.fields, [
    { name: "image", dtype: "f32", shape: [28, 28, 1], below: null, classes: null, from: null },
    { name: "label", dtype: "class", shape: [], below: 10, classes: null, from: null },
  ]);
  assert.is(base?.doc, "Doc.");
  assert.equal(base?.transforms, [{ kind: "scale", fields: ["image"], by: 1 / 255 }]);
  assert.equal(base?.split, { train: 0.7, valid: 0.2, test: 0.1, order: "file" });
  assert.equal([small?.name, small?.take, small?.transforms.length, small?.split], ["small", 1000, 2, base?.split]);
  assert.equal(table?.source, { kind: "csv", file: "t.csv", missing: "?", separator: ";", tokenizer: null, unit: null, sha256: null });
  assert.equal(table?.fields.map(({ from }) => from), [
    { kind: "column", column: "the a" },
    { kind: "columns", first: "p0", last: "p2" },
    { kind: "columns", first: 1, last: 13 },
  ]);
});

test("the annotation of a run is outermost", () => {
  const copies = (annotation: string): readonly number[] => {
    const source = train(`${loss}\n${rest}`).replace("train t: Net on", `train t: Net ${annotation} on`).replace("|> dense(1)\n", "\n    // sop-ignore overparam-one-unit: a unit that counts copies\n    |> dense(1) overparam(3, mix: mean, init: scaled)\n");
    return run(source).instance.graph.applications.filter(({ layer }) => layer === "dense").map(({ overparam }) => overparam?.copies ?? 1);
  };
  assert.equal(copies(""), [1, 1, 3]);
  assert.equal(copies("overparam 8"), [8, 8, 3]);
});

test("runs of the same model with the same options share an instance", () => {
  const clauses = `{\n  ${loss}\n  ${rest.replaceAll("\n", "\n  ")}\n}\n`;
  const { value } = check(`${start}train a: Net on d ${clauses}train b: Net() on d ${clauses}`);
  assert.is(value.runs.length, 2);
  assert.is(value.runs[0]?.instance, value.runs[1]?.instance);
  assert.is(value.instances.length, 1);
});

gives("an empty train block says all that is missing", train(""), ['10:7 missing-clause {"clauses":"`loss`, `optimizer`, `batch`, one of `epochs` and `steps`","owner":"t"}']);
gives("clauses that are not right", train(`${loss}\noptimiser adam(lr: 1e-3)\nbatch 0\nepochs 2.5\nclip norm (1.0)`), [
  '12:3 unknown-clause-word {"word":"optimiser","place":"train","nearest":"optimizer"}',
  '13:9 value-range {"what":"`batch`","range":"a whole number of at least 1","found":"0"}',
  '14:10 not-whole {"what":"`epochs`","found":"2.5"}',
  '15:3 clause-form {"word":"clip","form":"clip norm 1.0` or `clip value 0.5"}',
]);
gives("decay below zero", train(`${loss}\n${rest}`).replace("dense(4)", "dense(4, l2: -1)"), ['6:33 option-range {"option":"l2","of":"dense","range":"a number of at least 0","found":"-1"}']);
gives("a decay of no name", train(`${loss}\n${rest}\nregularize l3 1e-4`), ['15:3 clause-form {"word":"regularize","form":"regularize l2 1e-4`, `regularize l1 1e-5` or `regularize l1 1e-5, l2 1e-4"}']);
gives("a decay twice", train(`${loss}\n${rest}\nregularize l1 1e-4, l1 1e-5`), ['15:3 clause-form {"word":"regularize","form":"regularize l2 1e-4`, `regularize l1 1e-5` or `regularize l1 1e-5, l2 1e-4"}']);

test("both decays, and one of a layer's own", () => {
  const { settings, instance } = run(train(`${loss}\n${rest}\nregularize l1 1e-5, l2 1e-4`).replace("dense(4)", "dense(4, l2: 0)"));
  assert.equal([settings.l1, settings.l2], [1e-5, 1e-4]);
  assert.equal(instance.graph.applications.filter(({ layer }) => layer === "dense").map(({ options }) => options["l2"]), [0, undefined, undefined]);
  assert.is(run(train(`${loss}\n${rest}`)).settings.l1, undefined);
});

gives("more rows than there are", train(`${loss}\n${rest}\nselect sensitivity(100)`), ['15:22 option-range {"option":"fraction","of":"sensitivity","range":"a number from 0.0001 to 1","found":"100"}']);
gives("no batch at all, and more than a step can have", train(`${loss}\n${rest}\naccumulate 0`), ['15:14 value-range {"what":"`accumulate`","range":"a whole number of at least 1","found":"0"}']);
gives("an average that never moves", train(`${loss}\n${rest}\nema 1`), ['15:7 value-range {"what":"`ema`","range":"a share between 0 and 1, as 0.999","found":"1"}']);
gives("an average that keeps nothing", train(`${loss}\n${rest}\nema 0`), ['15:7 value-range {"what":"`ema`","range":"a number above 0","found":"0"}']);
gives("an average without its share", train(`${loss}\n${rest}\nema`), ['15:3 clause-form {"word":"ema","form":"ema 0.999"}']);
test("an average", () => assert.is(run(train(`${loss}\n${rest}\nema 99.9%`)).settings.ema, 0.999));
test("several batches for a step, and one", () => {
  assert.is(run(train(`${loss}\n${rest}\naccumulate 4`)).settings.accumulate, 4);
  assert.not.ok("accumulate" in run(train(`${loss}\n${rest}\naccumulate 1`)).settings);
});
test("a Runge-Kutta optimizer with its defaults", () => {
  const { optimizer } = run(train(`${loss}\noptimizer rk(order: 3, lr: 0.1)\nbatch 8\nsteps 2`)).settings;
  assert.equal(optimizer, { call: "rk", options: { lr: 0.1, order: 3, batches: "same", momentum: 0, precondition: false, adaptive: false, power: 1 } });
});
gives("an order that there is not", train(`${loss}\noptimizer rk(order: 5, lr: 0.1)\nbatch 8\nsteps 2`), ['12:23 option-range {"option":"order","of":"rk","range":"a whole number from 1 to 4","found":"5"}']);
gives("a schedule that is nearly right", train(`${loss}\noptimizer adam(lr: cosin(0.1))\nbatch 8\nsteps 2`), [
  '12:22 option-type {"option":"lr","of":"adam","expected":"a number, `constant`, `cosine`, `warmup_cosine`, `linear`, `step`, `exponential`, `inverse_sqrt` or `one_cycle`","found":"`cosin`"}',
]);
gives("a duration without a unit", train(`${loss}\noptimizer adam(lr: warmup_cosine(0.1, warmup: 200))\nbatch 8\nsteps 2`), [
  '12:49 option-type {"option":"warmup","of":"warmup_cosine","expected":"a length such as `5%`, `200 steps` or `3 epochs`","found":"200"}',
]);
gives("targets and predictions that do not fit", train(`loss cross_entropy(kind, row.z)\n${rest}`), [
  '11:8 shape-mismatch {"layer":"cross_entropy","expected":"labels class[2] for logits f32[2]","found":"f32[]"}',
]);
gives("two losses of one name", train(`loss mse(z, row.z), mse(z, x)\n${rest}`), ['11:23 duplicate-name {"what":"loss","name":"mse"}']);
gives("a metric called loss", train(`loss mse(z, row.z)\nmetrics loss: mae(z, row.z)\n${rest}`), ['12:11 duplicate-name {"what":"metric","name":"loss"}']);
gives("layers in a loss", train(`loss mse(z |> dense(1), row.z)\n${rest}`), ['11:17 layer-not-here {"layer":"dense","where":"`loss`"}']);
gives("a metric as a loss", train(`loss accuracy(kind, y)\n${rest}`), ['11:8 layer-not-here {"layer":"accuracy","where":"`loss`"}']);
gives("a broken model does not break the run's names", train(`loss cross_entropy(knid, y)\n${rest}`).replace("dense(4)", "dens(4)"), [
  '6:20 unknown-layer {"name":"dens","nearest":"dense"}',
  '11:22 unknown-name {"name":"knid","nearest":"kind"}',
]);
gives("data that are not there", train(`${loss}\n${rest}`).replace("Net on d ", "Net on e "), ['10:17 no-such-declaration {"what":"dataset","name":"e","nearest":""}']);
gives("a metric that is not measured", train(`${loss}\n${rest}\nstop when valid.acuracy stalls 3 epochs\nmetrics accuracy(kind, y)`), ['15:13 unknown-metric {"metric":"valid.acuracy","nearest":"valid.accuracy"}']);
gives("options of a model", train(`${loss}\n${rest}`).replace("train t: Net on", "train t: Net(width: 3) on"), ['10:14 unknown-option {"option":"width","of":"Net","nearest":""}']);
gives("a missing option of a model", train(`${loss}\n${rest}`).replace("model Net {", "model Net(width: int) {"), ['10:10 missing-option {"option":"width","of":"Net"}']);

test("the fix of an ambiguous name", () => {
  const source = train(`loss mse(z, z), cross_entropy(kind, y)\n${rest}`);
  assert.equal(check(source).lines, ['11:15 ambiguous-name {"name":"z"}']);
  assert.equal(check(mend(source)).lines, []);
});

// What a later version brings is said so; nothing else is wrong with these programs. One of them imports a file that is not there.
const programs = new URL("../cases/programs/", import.meta.url);
for (const name of readdirSync(programs).filter((file) => file.endsWith(".sop"))) {
  test(`program ${name}`, () => {
    const files = Object.fromEntries(readdirSync(programs).filter((file) => file.endsWith(".sop")).map((file) => [file, readFileSync(new URL(file, programs), "utf8")]));
    const { diagnostics } = check(files[name] ?? "", files);
    const others = diagnostics.filter(({ id }) => id !== "not-supported-yet").map(({ id, message }) => `${id}: ${message}`);
    if (/^0[34]/.test(name)) assert.equal(diagnostics, []);
    assert.equal(others, name.startsWith("12") ? ["file-not-found: There is no file `./reader.sop`."] : []);
  });
}

test.run();
