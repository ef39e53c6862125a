// Runs that choose and weigh their rows, from the program to the weights: what is minimized is the weighted loss of the chosen rows, on each
// backend, replayed or not, in one go or killed and resumed.

import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readSelection } from "../../runtime/checkpoint/selection.js";
import { withoutCapture } from "../../runtime/backends/capture.js";
import { DataOrder, gatherBatch, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { evaluating, selectBackend, stream, Training } from "../../runtime/index.js";
import { evaluate, inputsOf } from "../../runtime/training/evaluate.js";
import { trainingRows } from "../../runtime/training/rows.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { named, runsOf, withProgram } from "../support/compiled.js";
import { programs } from "../support/programs.js";
import { smallRows } from "../support/small-data.js";
import { inFolder, sop } from "../support/sop.js";

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** The small rows with a weight of 1, 2 or 3 each, and labels of a sequence. */
function rowsCsv(count: number): string {
  const header = ["importance", "t0", "t1", ...Array.from({ length: 64 }, (_, at) => `p${at}`), "kind", "size"];
  const lines = smallRows(count).map(({ words, pixels, kind, size }, row) => [1 + (row % 3), (words[0] ?? 0) % 2, words[1] === 3 ? 1 : 0, ...pixels, kind, size].join(","));
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

const source = (clauses: string, loss = "cross_entropy(kind, row.kind), 0.1 * mse(size, row.size), tags: cross_entropy(tags, row.tags)"): string => `data rows = csv("rows.csv") {
  fields image: f32[64] from columns("p0", "p63"),
         tags: i32[2] below 2 from columns("t0", "t1"),
         kind: class["a", "b", "c"],
         size: f32,
         importance: f32
  scale  image by 1/16
  split  train 70%, valid 15%, test 15%
}

model Net(k: int = 3) overparam k {
  input  image: f32[64]
  x = image |> dense(12) |> batch_norm |> relu |> dropout(0.1)
  output kind: f32[3] = x |> dense(3)
  output tags: f32[2, 2] = x |> dense(4) |> reshape([2, 2])
  output size: f32 = x |> dense(1) |> mean(axis: 0)
}

train net: Net on rows {
  loss      ${loss}
  metrics   accuracy(kind, row.kind)
  optimizer adam(lr: 1e-2)
  batch     16
  epochs    6
  seed      3
${clauses}}
`;

test("the loss of a step is that of the formula: weights of classes, of a field and of a selection; evaluations are without", async () => {
  await inFolder({ "rows.csv": rowsCsv(120) }, async (folder) => {
    for (const backend of ["cpu", "onnx"]) {
      await selectBackend(backend);
      const run = named(await runsOf(source("  weigh classes balanced, by importance\n")), "net");
      const plain = named(await runsOf(source("")), "net");
      const data = await loadDataset(run.dataset, folder);
      const rows = data.splits.train.subarray(3, 40);
      const selected = { rows, weights: Float32Array.from(rows, (_, i) => 0.5 + (i % 4)) };
      const { columns } = trainingRows(run, data, selected);
      const training = new Training({ weights: run.weights, optimizer: run.optimizer, clip: null, l2: 0, seed: 3, totalSteps: 1, stepsPerEpoch: 1 });
      const model = training.folded();
      training.dispose();
      const batch = gatherBatch(columns, rows.subarray(0, 20));
      const terms = tf.tidy(() => Object.entries(run.loss(run.forward(model, inputsOf(run, batch), evaluating), batch)).map(([name, term]) => [name, term.dataSync()[0] ?? NaN] as const));
      const output = tf.tidy(() => Object.fromEntries(Object.entries(run.forward(model, inputsOf(run, batch), evaluating)).map(([name, tensor]) => [name, Array.from(tensor.dataSync())])));
      tf.dispose(Object.values(batch));
      // By hand.
      const value = (field: string, row: number, at = 0): number => data.columns[field]?.values[row * (data.columns[field]?.size ?? 1) + at] ?? NaN;
      const weight = (field: string, label: number): number => {
        const size = data.columns[field]?.size ?? 1;
        const labels = Array.from(data.splits.train).flatMap((row) => Array.from({ length: size }, (_, at) => value(field, row, at)));
        return labels.length / (new Set(labels).size * labels.filter((other) => other === label).length);
      };
      const minusLog = (logits: readonly number[], label: number): number => Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - (logits[label] ?? NaN);
      let [kind, size, tags] = [0, 0, 0];
      for (let i = 0; i < 20; i++) {
        const row = rows[i] ?? 0;
        const own = value("importance", row) * (selected.weights[i] ?? NaN);
        kind += (own * weight("kind", value("kind", row)) * minusLog(output["kind"]?.slice(3 * i, 3 * i + 3) ?? [], value("kind", row))) / 20;
        size += (own * 0.1 * ((output["size"]?.[i] ?? NaN) - value("size", row)) ** 2) / 20;
        for (const at of [0, 1]) tags += (own * weight("tags", value("tags", row, at)) * minusLog(output["tags"]?.slice(4 * i + 2 * at, 4 * i + 2 * at + 2) ?? [], value("tags", row, at))) / 40;
      }
      for (const [name, expected] of [["cross_entropy", kind], ["mse", size], ["tags", tags]] as const) {
        const found = Object.fromEntries(terms)[name] ?? NaN;
        assert.ok(Math.abs(found - expected) < 1e-5 * (1 + Math.abs(expected)), `${backend} ${name}: ${found} against ${expected}`);
      }
      const [a, b] = [await evaluate(run, model, data, "valid"), await evaluate(plain, model, data, "valid")];
      assert.equal(a, b, `${backend}: evaluations are without weights`);
      tf.dispose(model);
    }
  });
});

test("replayed steps with weights are those that are traced, bit by bit", async () => {
  await inFolder({ "rows.csv": rowsCsv(120) }, async (folder) => {
    await selectBackend("onnx");
    const run = named(await runsOf(source("  weigh classes [1, 2, 5], by importance\n", "cross_entropy(kind, row.kind), 0.1 * mse(size, row.size)")), "net");
    const data = await loadDataset(run.dataset, folder);
    const { rows, columns } = trainingRows(run, data, { rows: data.splits.train.subarray(5, 61), weights: Float32Array.from({ length: 56 }, (_, i) => (i % 5) / 2) });
    const take = async (): Promise<{ readonly losses: readonly number[]; readonly obstacle: string | null }> => {
      const { weights, optimizer, clip, l2, seed, batch } = run;
      const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 20, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
      const stepper = new Stepper(run, training, columns, new DataOrder(rows, batch, seed));
      const losses: number[] = [];
      while (losses.length < 20) losses.push(...(await stepper.take(20 - losses.length)).map(({ loss }) => loss));
      stepper.forget();
      training.dispose();
      return { losses, obstacle: stepper.obstacle };
    };
    const replayed = await take();
    assert.is(replayed.obstacle, null);
    assert.equal(replayed.losses, (await withoutCapture(take)).losses);
    assert.ok((replayed.losses[19] ?? NaN) < (replayed.losses[0] ?? NaN));
  });
});

const methods = [
  "sensitivity(fraction: 40%, clusters: 12)",
  "sensitivity(fraction: 40%, clusters: 500, embedding: kind, power: 1, lambda: 0.5, after: 2 epochs)",
  "uniform(fraction: 40%)",
  "k_center(fraction: 40%, embedding: tags)",
  "margin(fraction: 40%, after: 5 steps)",
  "entropy(fraction: 40%)",
  "loss(fraction: 40%)",
  "distance(fraction: 40%, power: 1)",
  "leverage(fraction: 40%, uniform: 20%)",
];

/** A program with one run for each method, `net_0`, `net_1`, ... */
const runsByMethod = methods.map((method, place) => source(`  select    ${method}\n`).replace(/^.*?(?=train net)/s, "").replace("train net", `train net_${place}`)).join("\n");

test("each method: the run trains on what it chose and says so", async () => {
  await withProgram(`${source("").replace(/train net.*$/s, "")}${runsByMethod}`, { "rows.csv": rowsCsv(120) }, async (program) => {
    symlinkSync(packages, join(program.folder, "node_modules"));
    for (const backend of ["onnx", "cpu"]) {
      const places = methods.map((_, place) => place).filter((place) => (place % 2 === 0) === (backend === "onnx"));
      const { code, err } = await program.run("train", ...places.map((place) => `net_${place}`), "--backend", backend);
      assert.is(code, 0, err);
      for (const place of places) {
        const name = `net_${place}`;
        const record: { readonly selection: { readonly method: string; readonly rows: number; readonly of: number; readonly loss: number }; readonly steps: number; readonly identity: string } = JSON.parse(readFileSync(program.path(name, "run.json"), "utf8"));
        const { method, rows, of, loss } = record.selection;
        const stored = readSelection(program.path(name, "selection.safetensors"), record.identity, 120);
        assert.is(stored?.rows.length, rows);
        assert.equal([method, of], [methods[place]?.replace(/\(.*/, ""), 84]);
        assert.ok(rows <= 34 && rows > 10, `${method}: ${rows}`);
        assert.is(record.steps, 6 * Math.ceil(rows / 16));
        assert.ok(err.includes(`${name}: trains on ${rows} of 84 rows (${method})`), err);
        const [first = ""] = readFileSync(program.path(name, "metrics.jsonl"), "utf8").split("\n");
        assert.equal(JSON.parse(first), { step: 0, "select.rows": rows, "select.of": 84, "select.loss": loss });
        // A model that knows nothing has about ln 3 + ln 2; one that has learned a little has less.
        assert.ok(loss > 0.2 && loss < 3.5, `${method}: ${loss}`);
      }
    }
  });
});

test("the rows of a run are stored: killed at any place and resumed, it gives the bytes of one that was not", async () => {
  await withProgram(source("  select    sensitivity(fraction: 60%, clusters: 9, after: 1 epochs)\n  weigh     classes balanced\n  checkpoint every 3 steps\n"), { "rows.csv": rowsCsv(120) }, async (program) => {
    symlinkSync(packages, join(program.folder, "node_modules"));
    for (const backend of ["cpu", "onnx"]) {
      const at = (runs: string, ...parts: readonly string[]): string => program.path("..", runs, "net", ...parts);
      const whole = `${backend}-whole`;
      assert.is((await program.run("train", "--quiet", "--backend", backend, "--runs-dir", whole)).code, 0);
      const killed = `${backend}-killed`;
      const started = program.start("train", "--quiet", "--backend", backend, "--runs-dir", killed);
      let over = false;
      void started.ended.then(() => (over = true));
      while (!over && !existsSync(at(killed, "checkpoints", "step-00000003.safetensors"))) await new Promise((resolve) => setTimeout(resolve, 2));
      started.kill("SIGKILL");
      await started.ended;
      const resumed = await program.run("train", "--quiet", "--backend", backend, "--runs-dir", killed);
      assert.is(resumed.code, 0, resumed.err);
      for (const file of ["model.safetensors", "metrics.jsonl", "selection.safetensors"]) assert.ok(readFileSync(at(killed, file)).equals(readFileSync(at(whole, file))), `${backend}: ${file}`);

      // Killed while or after it chose, before any step: it chooses the same again, and the log has its line once.
      const early = `${backend}-early`;
      const first = program.start("train", "--quiet", "--backend", backend, "--runs-dir", early);
      over = false;
      void first.ended.then(() => (over = true));
      while (!over && !existsSync(at(early, "selection.safetensors"))) await new Promise((resolve) => setTimeout(resolve, 1));
      first.kill("SIGKILL");
      await first.ended;
      assert.is((await program.run("train", "--quiet", "--backend", backend, "--runs-dir", early)).code, 0);
      for (const file of ["model.safetensors", "metrics.jsonl"]) assert.ok(readFileSync(at(early, file)).equals(readFileSync(at(whole, file))), `${backend}: ${file}`);
    }
  });
});

test("a run under way without its rows, or with damaged ones, says what to do", async () => {
  await withProgram(source("  select    uniform(fraction: 60%)\n"), { "rows.csv": rowsCsv(120) }, async (program) => {
    assert.is((await program.run("train", "--quiet", "--backend", "cpu")).code, 0);
    const path = program.path("net", "selection.safetensors");
    const bytes = readFileSync(path);
    const json = program.path("net", "run.json");
    writeFileSync(json, readFileSync(json, "utf8").replace('"finished"', '"interrupted"'));
    rmSync(path);
    const missing = await program.run("train", "--backend", "cpu");
    assert.is(missing.code, 1);
    assert.match(missing.err, /selection\.safetensors` is missing: it has the rows that `net` trains on\..*--fresh/s);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const damaged = await program.run("train", "--backend", "cpu");
    assert.is(damaged.code, 1);
    assert.match(damaged.err, /is damaged.*--fresh/s);
    writeFileSync(json, readFileSync(json, "utf8").replace('"rows": ', '"rows": -'));
    assert.match((await program.run("train", "--backend", "cpu")).err, /is not the record of a run/);
  });
});

test("weights of a field that are none stop the run with the row", async () => {
  await withProgram(source("  weigh     by size\n"), { "rows.csv": rowsCsv(60) }, async (program) => {
    const { code, err } = await program.run("train", "--backend", "cpu");
    assert.is(code, 1);
    assert.match(err, /`?size`? .*row \d+.* holds -[\d.]+, expected a weight of at least 0 for `weigh by size`/i);
  });
});

/** Rows that look like those of the census program. */
function adult(rows: number): string {
  const numbers = stream(1, "adult");
  const line = (): string => [17 + numbers.below(60), 10 + numbers.below(70), `w${numbers.below(9)}`, `e${numbers.below(16)}`, numbers.uniform() < 0.25 ? ">50K" : "<=50K"].join(",");
  return `age,hours-per-week,workclass,education,income\n${Array.from({ length: rows }, line).join("\n")}\n`;
}

test("the programs that choose and weigh rows are without a mistake and take two steps", async () => {
  const text = (name: string): string => programs.find(({ path }) => path === name)?.text ?? "";
  await inFolder({ "01-mlp-csv.sop": text("01-mlp-csv.sop"), "14-sweep.sop": text("14-sweep.sop"), "adult.csv": adult(600) }, (folder) => {
    for (const name of ["01-mlp-csv.sop", "14-sweep.sop"]) {
      const checked = sop(folder, ["check", name]);
      assert.equal([checked.status, checked.stderr], [0, `${name}: no errors\n`]);
      const trained = sop(folder, ["train", name, "--smoke"], { timeout: 240_000 });
      assert.is(trained.status, 0, trained.stderr);
      assert.match(trained.stdout, name === "14-sweep.sop" ? /many: 2 steps.*fine/ : /income: 2 steps.*fine/);
    }
    assert.not.ok(existsSync(join(folder, "runs")));
  });
});

test.run();
