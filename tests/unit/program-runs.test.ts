// Whole runs of a program in processes of their own: same bytes for the same seed, killed or not; folders that are never written
// over; exit codes and messages.

import { build } from "esbuild";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeSafetensors } from "../../runtime/checkpoint/safetensors.js";

const folder = mkdtempSync(join(tmpdir(), "sop-runs-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

// One file, as the compiler bundles programs: it starts several times faster than its sources.
const program = join(folder, "program.mjs");
await build({
  entryPoints: [fileURLToPath(new URL("./program-fixture.ts", import.meta.url))],
  outfile: program,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  // TensorFlow.js as ES modules, as the compiler bundles it.
  mainFields: ["module", "main"],
  logLevel: "error",
  banner: { js: 'import { createRequire as createRequireForCommonJs } from "node:module"; const require = createRequireForCommonJs(import.meta.url);' },
});
/** Long enough that a signal always finds the run under way. */
const steps = "300";

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

function start(runs: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [program, ...args, "--runs-dir", join(folder, runs)], { env: { ...process.env, FIXTURE_STEPS: steps, ...env } });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  return {
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, out, err }))),
    kill: (signal) => void child.kill(signal),
  };
}

const run = (runs: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> => start(runs, args, env).ended;

const path = (runs: string, ...parts: readonly string[]): string => join(folder, runs, "digits_small", ...parts);

/** Waits until a checkpoint of a later step than `step` is there. */
async function checkpointAfter(runs: string, step: number): Promise<void> {
  const latest = (): number => {
    const names = existsSync(path(runs, "checkpoints")) ? readdirSync(path(runs, "checkpoints")) : [];
    return Math.max(-1, ...names.map((name) => Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? -1)));
  };
  const limit = Date.now() + 60_000;
  while (latest() <= step) {
    assert.ok(Date.now() < limit, "no checkpoint within a minute");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Losses by step, as logged; each step must be there once. */
function losses(runs: string): readonly number[] {
  const lines = readFileSync(path(runs, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line): Record<string, number> => JSON.parse(line));
  const trained = lines.filter((line) => "loss" in line);
  assert.equal(trained.map((line) => line["step"]), Array.from({ length: trained.length }, (_, i) => i + 1));
  return trained.map((line) => line["loss"] ?? NaN);
}

const model = (runs: string): Buffer => readFileSync(path(runs, "model.safetensors"));
const record = (runs: string): Record<string, unknown> => JSON.parse(readFileSync(path(runs, "run.json"), "utf8"));

test("a run trains, tells its results and where its folder is, and is skipped afterwards", async () => {
  const first = await run("whole", []);
  assert.is(first.code, 0, first.err);
  assert.match(first.out, /^digits_small: test accuracy 0\.\d{4}, loss \d\.\d{4} \(folded model, 50 rows\)$/m);
  assert.ok(first.out.includes(path("whole")));
  assert.is(record("whole")["status"], "finished");
  const logged = losses("whole");
  assert.is(logged.length, Number(steps));
  const mean = (part: readonly number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
  assert.ok(mean(logged.slice(-20)) < 0.7 * mean(logged.slice(0, 20)), "the loss falls");
  const again = await run("whole", ["train", "digits_small"]);
  assert.is(again.code, 0);
  assert.match(again.out, /is done/);
  assert.match(again.out, /test accuracy/);
});

test("the same seed gives the same bytes", async () => {
  const second = await run("second", ["--quiet"]);
  assert.is(second.code, 0, second.err);
  assert.ok(model("second").equals(model("whole")));
  assert.is(readFileSync(path("second", "metrics.jsonl"), "utf8"), readFileSync(path("whole", "metrics.jsonl"), "utf8"));
});

test("so does a run that was killed twice and resumed", async () => {
  let step = 20;
  for (let kill = 0; kill < 2; kill++) {
    const started = start("killed", ["train"]);
    await checkpointAfter("killed", step);
    started.kill("SIGKILL");
    assert.is((await started.ended).signal, "SIGKILL");
    assert.not(existsSync(path("killed", "model.safetensors")));
    step += 60;
  }
  // A process that dies while it writes leaves part of a file under another name, and half a line in the log.
  writeFileSync(path("killed", "checkpoints", "step-00000299.safetensors.1.tmp"), "half");
  writeFileSync(path("killed", "metrics.jsonl"), `${readFileSync(path("killed", "metrics.jsonl"), "utf8")}{"step":`);
  const ended = await run("killed", ["train"]);
  assert.is(ended.code, 0, ended.err);
  assert.match(ended.err, /goes on from step \d+/);
  assert.ok(model("killed").equals(model("whole")));
  assert.equal(losses("killed"), losses("whole"));
  assert.equal(readdirSync(path("killed", "checkpoints")).length, 2);
});

test("Ctrl-C writes a checkpoint at the very step and leaves with 130; the run goes on from there", async () => {
  const started = start("interrupted", ["train"]);
  await checkpointAfter("interrupted", 10);
  // What ends a group of processes arrives again from `sop`, which passes it on; two of the same kind could become one on the way.
  started.kill("SIGINT");
  started.kill("SIGTERM");
  const stopped = await started.ended;
  assert.is(stopped.code, 130);
  const at = Number(/stopped at step (\d+) of 300/.exec(stopped.err)?.[1]);
  assert.ok(existsSync(path("interrupted", "checkpoints", `step-${String(at).padStart(8, "0")}.safetensors`)));
  assert.is(record("interrupted")["status"], "interrupted");
  const refused = await run("interrupted", ["eval", "digits_small"]);
  assert.is(refused.code, 1);
  assert.match(refused.err, /has not finished: it stands at step/);
  const ended = await run("interrupted", ["train"]);
  assert.ok(ended.err.includes(`goes on from step ${at}`), ended.err);
  assert.ok(model("interrupted").equals(model("whole")));
});

test("a damaged checkpoint is passed over with a warning", async () => {
  const started = start("damaged", ["train"]);
  await checkpointAfter("damaged", 20);
  started.kill("SIGINT");
  await started.ended;
  const names = readdirSync(path("damaged", "checkpoints")).sort();
  const latest = path("damaged", "checkpoints", names.at(-1) ?? "");
  writeFileSync(latest, readFileSync(latest).subarray(0, 5000));
  const ended = await run("damaged", ["train"]);
  assert.is(ended.code, 0, ended.err);
  assert.match(ended.err, /warning: .* is truncated/);
  assert.ok(model("damaged").equals(model("whole")));
});

test("the folded model has the size of the plain one", async () => {
  const plain = await run("plain", ["--quiet"], { FIXTURE: "plain", FIXTURE_STEPS: "3" });
  assert.is(plain.code, 0, plain.err);
  assert.is(model("plain").length, model("whole").length);
  const { tensors } = decodeSafetensors(model("whole"), "model");
  assert.equal(tensors.get("dense.kernel")?.shape, [784, 16]);
});

test("eval, predict and export use the folded model and agree", async () => {
  const evaluated = await run("whole", ["eval", "digits_small", "--split", "test"]);
  const accuracy = /test accuracy (\d\.\d{4})/.exec(evaluated.out)?.[1];
  const results = record("whole")["results"];
  assert.ok(typeof results === "object" && results !== null && "test.accuracy" in results);
  assert.is(accuracy, Number(results["test.accuracy"]).toFixed(4));
  const out = join(folder, "predictions.csv");
  const predicted = await run("whole", ["predict", "digits_small", "--split", "test", "--out", out]);
  assert.is(predicted.code, 0, predicted.err);
  const [header = "", ...lines] = readFileSync(out, "utf8").trimEnd().split("\n");
  assert.is(header, `row,digit,${Array.from({ length: 10 }, (_, i) => `digit.${i}`).join(",")}`);
  assert.is(lines.length, 50);
  for (const line of lines) {
    const [, chosen, ...shares] = line.split(",").map(Number);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-5);
    assert.is(shares.indexOf(Math.max(...shares)), chosen);
  }
  const file = join(folder, "exported.safetensors");
  const exported = await run("whole", ["export", "digits_small", "--to", "safetensors", "-o", file]);
  assert.is(exported.code, 0, exported.err);
  assert.ok(readFileSync(file).equals(model("whole")));
});

test("another program's run is never written over; --fresh moves it aside", async () => {
  const refused = await run("second", ["train"], { FIXTURE: "other", FIXTURE_STEPS: "3" });
  assert.is(refused.code, 1);
  assert.match(refused.err, /holds a finished run of another program/);
  assert.match(refused.err, /--fresh/);
  const before = model("second");
  const fresh = await run("second", ["train", "--fresh"], { FIXTURE: "other", FIXTURE_STEPS: "3" });
  assert.is(fresh.code, 0, fresh.err);
  assert.ok(readFileSync(join(folder, "second", "digits_small.old-1", "model.safetensors")).equals(before));
  assert.not(model("second").equals(before));
});

test("a loss that is not finite stops the run and names step, layer and line", async () => {
  const ended = await run("diverging", ["train"], { FIXTURE: "diverging" });
  assert.is(ended.code, 1);
  assert.match(ended.err, /^error: The loss is (not a number|infinite) at step \d+ of `digits_small`: .* `dense` \(digits\.sop:18\)\.$/m);
  assert.not.match(ended.err, /^ +at /m);
  assert.is(record("diverging")["status"], "failed");
  assert.not(existsSync(path("diverging", "model.safetensors")));
});

test("early stopping ends a run and the best checkpoint is what ships", async () => {
  const ended = await run("stopping", ["train"], { FIXTURE: "stopping" });
  assert.is(ended.code, 0, ended.err);
  assert.match(ended.err, /stops at step \d+: valid\.loss has not improved since step/);
  const { step, modelStep, results } = record("stopping");
  assert.ok(typeof step === "number" && typeof modelStep === "number" && modelStep <= step && step < 2600);
  const lines = readFileSync(path("stopping", "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line): Record<string, number> => JSON.parse(line));
  const best = Math.max(...lines.map((line) => line["valid.accuracy"] ?? 0));
  assert.ok(typeof results === "object" && results !== null && "valid.accuracy" in results);
  assert.is(results["valid.accuracy"], best);
});

test("--smoke takes two steps and keeps nothing", async () => {
  const ended = await run("smoke", ["train", "--smoke"]);
  assert.is(ended.code, 0, ended.err);
  assert.match(ended.out, /^digits_small: 2 steps, .* \(smoke\)$/m);
  assert.not(existsSync(join(folder, "smoke")));
});

test("what cannot be done is one sentence and an exit code", async () => {
  writeFileSync(join(folder, "file"), "");
  const cases: readonly (readonly [readonly string[], string, number, string])[] = [
    [["train", "--smok"], "new", 2, "Did you mean --smoke?"],
    [["train", "digits_smal"], "new", 2, "Write `digits_small` if that is meant"],
    [["exprot"], "new", 2, "Write `export` if that is meant"],
    [["eval"], "new", 2, "missing required argument"],
    [["eval", "digits_small"], "new", 1, "has not been trained"],
    [["eval", "digits_small", "--split", "tests"], "whole", 2, "There is no split `tests`"],
    [["export", "digits_small", "--to", "onnx"], "whole", 2, "not part of this version"],
    [["predict", "digits_small"], "whole", 2, "`--in`"],
    [["predict", "digits_small", "--in", join(folder, "none.csv")], "whole", 1, "does not exist"],
    [["train", "--backend", "cup"], "new", 2, "There is no backend `cup`"],
    [["train", "--backend", "cuda"], "new", 1, "tfjs-node-gpu is not installed"],
    [["train"], "file", 1, "cannot be written"],
    [["--help"], "new", 0, ""],
  ];
  for (const [args, runs, code, part] of cases) {
    const ended = await run(runs, args);
    assert.is(ended.code, code, `${args.join(" ")}: ${ended.err}`);
    assert.ok(ended.err.includes(part), `${args.join(" ")}: expected "${part}" in: ${ended.err}`);
    assert.not.match(ended.err, /^ +at /m, args.join(" "));
  }
  assert.not(existsSync(join(folder, "new")));
});

test.run();
