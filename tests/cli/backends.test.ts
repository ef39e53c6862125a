// Which backend runs a program: what `auto` takes and why, what is said of an engine that is missing, of another version, cut off or wrong,
// the options that choose a device and threads, and the lists of `backends`.

import * as tf from "@tensorflow/tfjs-core";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startAutomatic } from "../../runtime/backends/automatic.js";
import type { Backend, LoadOptions } from "../../runtime/backends/backend.js";
import { cpu } from "../../runtime/backends/cpu.js";
import { installOnnxBackend, kernelCoverage } from "../../runtime/backends/onnx/install.js";
import { onnx } from "../../runtime/backends/onnx.js";
import { selectBackend } from "../../runtime/backends/select.js";
import { startBackend } from "../../runtime/backends/start.js";
import { beside } from "../../runtime/program/columns.js";
import { UserError } from "../../runtime/program/errors.js";
import { runProgram } from "../../runtime/program/main.js";
import { altered, failing, zeros } from "../support/altered-backend.js";
import { withProgram } from "../support/compiled.js";
import { smallCsv, smallData, smallRows } from "../support/small-data.js";
import { inFolder, sop, type Outcome } from "../support/sop.js";

const command = fileURLToPath(new URL("../../bin/sop.cjs", import.meta.url));
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
const nothing: LoadOptions = { device: null, threads: null };
const install = "npm install --ignore-scripts --no-save onnxruntime-node@1.30.0";

const source = `${smallData}
model Net {
  input  words: i32[3] below 7
  output k: f32[3] = words |> embedding(7, 3) |> flatten |> dense(8) |> relu |> dense(3)
}

train net: Net on rows {
  loss      cross_entropy(k, kind)
  optimizer adam(lr: 1e-3)
  batch     16
  steps     4
  seed      5
}
`;
const files = { "rows.csv": smallCsv(smallRows(60)) };

/** Runs the program where no package is found but beside it. */
function alone(folder: string, ...args: readonly string[]): Outcome {
  const { SOP_PACKAGE: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "program.mjs"), ...args], { cwd: folder, encoding: "utf8", env: { ...env, PATH: "", NO_COLOR: "1" } });
  return { status, stdout, stderr };
}

function recorded(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, "runs", "net", "run.json"), "utf8")).backend;
}

test("auto takes onnx where its package is beside the program, and says nothing", () =>
  withProgram(source, files, async ({ folder }) => {
    symlinkSync(packages, join(folder, "node_modules"));
    const { status, stderr } = alone(folder, "train");
    assert.is(status, 0, stderr);
    assert.is(recorded(folder), "onnx");
    assert.not.match(stderr, /backend/);
    assert.is(alone(folder, "eval", "net").stderr, "");
  }));

test("auto takes cpu where the engine's package is missing, of another version or not whole, and one line says why", () =>
  withProgram(source, files, async ({ folder }) => {
    const line = (reason: string): string => `backend cpu instead of onnx: ${reason}\n`;
    const lines = (...args: readonly string[]): string => {
      const { status, stderr } = alone(folder, ...args);
      assert.is(status, 0, stderr);
      return stderr;
    };
    const advice = `Run \`${install}\` to train about 5 times faster.`;
    assert.is(lines("train", "--smoke"), line(`onnxruntime-node is not installed. ${advice}`));
    assert.is(lines("train", "--smoke", "--threads", "2"), line(`onnxruntime-node is not installed. ${advice}`));
    assert.is(lines("train", "--smoke", "--backend", "cpu"), "");
    lines("train", "--quiet");
    assert.is(recorded(folder), "cpu");
    assert.is(lines("eval", "net"), line(`onnxruntime-node is not installed. ${advice}`));
    const predicted = alone(folder, "predict", "net", "--split", "test");
    assert.is(predicted.stderr, line(`onnxruntime-node is not installed. ${advice}`));
    assert.match(predicted.stdout, /^row,/);

    const from = join(packages, "onnxruntime-node");
    const to = join(folder, "node_modules", "onnxruntime-node");
    mkdirSync(to, { recursive: true });
    symlinkSync(join(packages, "onnxruntime-common"), join(folder, "node_modules", "onnxruntime-common"));
    cpSync(join(from, "dist"), join(to, "dist"), { recursive: true });
    writeFileSync(join(to, "package.json"), JSON.stringify({ name: "onnxruntime-node", version: "1.29.0" }));
    assert.is(lines("train", "--smoke"), line(`onnxruntime-node is 1.29.0, expected 1.30.0. ${advice}`));

    cpSync(join(from, "package.json"), join(to, "package.json"));
    assert.match(lines("train", "--smoke"), /^backend cpu instead of onnx: onnxruntime-node does not load: Cannot find module .*\.\n$/);

    const native = join("bin", "napi-v6", process.platform, process.arch);
    const fresh = (): void => cpSync(join(from, native), join(to, native), { recursive: true, filter: (path) => !path.includes("providers") });
    fresh();
    assert.is(lines("train", "--smoke"), "");
    if (process.platform === "linux") {
      for (const [name, size] of [["libonnxruntime.so.1", 20_000_000], ["libonnxruntime.so.1", 1000], ["onnxruntime_binding.node", 100_000]] as const) {
        fresh();
        truncateSync(join(to, native, name), size);
        assert.is(lines("train", "--smoke"), line(`onnxruntime-node is not whole: its file ${name} is cut off. Delete its folder and run \`${install}\` to train about 5 times faster.`));
      }
      fresh();
    }
    // A file that is none of the system's.
    writeFileSync(join(to, native, "onnxruntime_binding.node"), "no program ".repeat(100));
    assert.match(lines("train", "--smoke"), /^backend cpu instead of onnx: onnxruntime-node does not load: .*\n$/);
  }));

test("a backend that computes wrong numbers, fails or does not start is passed over and told of", async () => {
  await cpu.load(nothing);
  const multiply = tf.getKernel(tf.BatchMatMul, "cpu").kernelFunc;
  const unregistered: Backend = { name: "unregistered", doc: "", devices: [], installed: () => "1", load: () => Promise.resolve({ registered: "unregistered", device: "none", memory: null, isGpu: false }) };
  const isTransposed = { transposeA: true, transposeB: true };
  const cases: readonly (readonly [Backend, string])[] = [
    [altered("transposing", { [tf.BatchMatMul]: ({ inputs: { a, b }, backend }) => multiply({ inputs: { a: b, b: a }, backend, attrs: isTransposed }) }), "it computes wrong numbers: a product of matrices gave 5,14,11,23, expected 5,11,14,23"],
    [altered("zeroing", { [tf.Conv2D]: zeros(() => [1, 2, 2, 1]) }), "it computes wrong numbers: a convolution gave 0,0,0,0, expected 10,4,3,1"],
    [altered("throwing", { [tf.Conv2D]: failing }), "it fails to compute: the engine failed"],
    [altered("flat", { [tf.Conv2DBackpropFilter]: zeros(() => [3, 3, 1, 2]) }, { isGpu: true }), "it computes wrong numbers: the gradient of a small network gave 0 for 0.335028, number 2 of 24"],
    [unregistered, "it does not start: Backend name 'unregistered' not found in registry"],
    [{ name: "odd", doc: "", devices: [], installed: () => "1", load: () => Promise.resolve({ unavailable: "it is odd", help: null }) }, "it is odd"],
  ];
  for (const [preferred, reason] of cases) {
    const notes: string[] = [];
    const { name } = await startAutomatic({ preferred: [preferred], resort: cpu, gain: "to gain" }, nothing, (note) => notes.push(note));
    assert.is(name, "cpu");
    assert.is(tf.getBackend(), "cpu");
    assert.equal(notes, [`backend cpu instead of ${preferred.name}: ${reason}.`]);
    await rejects(startBackend(preferred, nothing), 1, `The backend \`${preferred.name}\` cannot be used here: ${reason}.`);
  }
});

async function rejects(started: Promise<unknown>, exitCode: number, message: string): Promise<void> {
  const error: unknown = await started.then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof UserError, `${message}: ${String(error)}`);
  assert.is(error.message, message);
  assert.is(error.exitCode, exitCode);
}

test("auto starts onnx with one session for its test; threads and devices are taken or refused", async () => {
  const notes: string[] = [];
  assert.is((await selectBackend("auto", nothing, (note) => notes.push(note))).name, "onnx");
  const installed = installOnnxBackend({ roots: [] });
  if ("missing" in installed) throw new Error(installed.missing);
  assert.is(installed.backend.counts.built, 1);
  assert.is(installed.backend.fallbacks.size, 0);
  assert.match((await selectBackend("auto", { device: null, threads: 3 })).device, /3 threads/);
  assert.match((await selectBackend("onnx", { device: "cpu", threads: 1 })).device, /one thread/);
  await rejects(selectBackend("cpu", { device: "webgpu", threads: null }), 2, "The backend `cpu` cannot be used like this: it has no choice of devices, but `--device webgpu` is given.");
  await rejects(selectBackend("auto", { device: "gpu", threads: null }, (note) => notes.push(note)), 2, "The backend `onnx` cannot be used like this: there is no device `gpu` for it.");
  assert.equal(notes, []);
});

test("other numbers of threads are wrong usage", async () => {
  for (const text of ["0", "17", "-1", "1.5", "x", "", "1e1", "Infinity", "9".repeat(500)]) {
    const told: string[] = [];
    const code = await runProgram(["train", "--threads", text], { source: "m.sop", directory: ".", runs: [] }, ".", "m", { result: () => undefined, terminal: { write: (line: string) => told.push(line) } });
    assert.is(code, 2, text);
    assert.equal(told, [`error: \`--threads\` takes a whole number from 1 to 16, but \`${text.slice(0, 100)}\` is given.\n`, "help: Leave it out for the backend's own choice.\n"]);
  }
});

test("sop and programs take --device and --threads, and refuse other values with 2", () =>
  inFolder({ "model.sop": source, ...files }, (folder) => {
    const smoke = (...args: readonly string[]): Outcome => sop(folder, ["train", "--smoke", ...args]);
    for (const args of [[], ["--threads", "2"], ["--threads=1", "--device", "cpu", "--backend", "onnx"], ["--backend", "cpu", "--threads", "4"]]) {
      const { status, stdout, stderr } = smoke(...args);
      assert.is(status, 0, `${args.join(" ")}: ${stderr}`);
      assert.match(stdout, /fine \(smoke\)/);
      assert.not.match(stderr, /instead of/);
    }
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [["--threads", "17"], /^error: `--threads` takes a whole number from 1 to 16, but `17` is given\.$/m],
      [["--threads", "-1"], /^error: `--threads` takes a whole number from 1 to 16, but `-1` is given\.$/m],
      [["--threads"], /argument missing/],
      [["--device", "gpu"], /^error: The backend `onnx` cannot be used like this: there is no device `gpu` for it\.$/m],
      [["--backend", "cpu", "--device", "webgpu"], /^error: The backend `cpu` cannot be used like this: it has no choice of devices/m],
      [["--backend", "cuda", "--device", "cuda"], /^error: The backend `cuda` cannot be used like this: there is no device `cuda` for it\.$/m],
      [["--device", "no\u001b[31m"], /there is no device `no\u241b\[31m` for it/],
    ];
    for (const [args, expected] of wrong) {
      const { status, stdout, stderr } = smoke(...args);
      assert.is(status, 2, `${args.join(" ")}: ${stderr}`);
      assert.match(stderr, expected);
      assert.not.match(stderr, /\n\s+at /);
      assert.is(stdout, "");
    }
    assert.is(sop(folder, ["train", "--quiet"]).status, 0);
    for (const args of [["eval", "model.sop", "net"], ["predict", "model.sop", "net", "--split", "test"]]) {
      assert.is(sop(folder, [...args, "--threads", "2"]).status, 0);
      assert.is(sop(folder, [...args, "--threads", "none"]).status, 2);
      assert.is(sop(folder, [...args, "--device", "none"]).status, 2);
    }
    assert.is(sop(folder, ["export", "model.sop", "net", "--threads", "2"]).status, 2);
  }));

test("backends says what loads, and why the others do not, and what auto is", () =>
  inFolder({}, (folder) => {
    const { status, stdout, stderr } = sop(folder, ["backends"]);
    assert.is(status, 0, stderr);
    assert.match(stdout, /^webgpu  (yes: .+ \(webgpu 0\.6\.2\), tensors of at most [\d.]+ GiB, self-test passed, [\d.]+ GFLOP\/s|no: .+\.)$/m);
    assert.match(stdout, /^onnx    yes: native code, .+ \(onnxruntime-node 1\.30\.0\), [\d.]+ GiB of memory, self-test passed, [\d.]+ GFLOP\/s$/m);
    assert.match(stdout, /^        --device webgpu  (yes|no: .+\.)$/m);
    assert.match(stdout, /^        --device cuda    (yes|no: .+\.)$/m);
    assert.match(stdout, /^cpu     yes: JavaScript, one thread \(tfjs-backend-cpu [\d.]+\), [\d.]+ GiB of memory, self-test passed, [\d.]+ GFLOP\/s$/m);
    assert.match(stdout, /^auto    is onnx here\n$/m);
    assert.is(sop(folder, ["backends", "--json"]).status, 2);
  }));

test("backends --kernels lists the kernels of onnx, those that fall back apart", () =>
  inFolder({}, (folder) => {
    const { status, stdout, stderr } = sop(folder, ["backends", "--kernels"]);
    assert.is(status, 0, stderr);
    const [, native = "", left = ""] = /^onnx: \d+ kernels run on the engine\n([^]*)onnx: \d+ kernels run on the backend cpu in its place\n([^]*)$/.exec(stdout) ?? [];
    const coverage = kernelCoverage();
    assert.equal(native.trim().split(/\s+/), [...coverage.native]);
    const expected = coverage.fallback.filter((name) => !name.startsWith("Sop"));
    assert.ok(expected.length > 0);
    for (const kernel of expected) assert.match(left, new RegExp(`(^|\\s)${kernel}(\\s|$)`));
    for (const reason of Object.values(onnx.kernels?.().fallback ?? {})) assert.ok(left.replace(/\s+/g, " ").includes(`${reason}:`), reason);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 120, line);
    assert.equal(Object.keys(onnx.kernels?.().fallback ?? {}), expected);
  }));

test("lines break between words at the end of a terminal, commands stay whole", () => {
  const text = "no: it is not installed. Run `npm install something@1.2.3`.";
  assert.is(beside("onnx  ", text, Infinity), `onnx  ${text}`);
  assert.is(beside("onnx  ", text, 40), "onnx  no: it is not installed. Run\n      `npm install something@1.2.3`.");
  assert.is(beside("onnx  ", text, 40, 2), "onnx  no: it is not installed. Run\n  `npm install something@1.2.3`.");
  assert.is(beside("onnx  ", "", 40), "onnx  ");
  assert.is(beside("  ", "a-word-that-is-longer and", 10), "  a-word-that-is-longer\n  and");
});

test("the engine keeps no record of what it does", () =>
  inFolder({ "model.sop": source, ...files }, (folder) => {
    const cache = join(folder, "cache");
    mkdirSync(cache);
    const { status, stderr } = spawnSync(process.execPath, [command, "train", "--smoke", "--backend", "onnx"], { cwd: folder, encoding: "utf8", env: { ...process.env, XDG_CACHE_HOME: cache } });
    assert.is(status, 0, stderr);
    assert.equal(readdirSync(cache).filter((name) => name !== "sop" && !name.startsWith("mesa")), []);
  }));

test.run();
