// The backend `webgpu` where it fails: devices that are lost or report an error in the middle of a run, tensors that are too large, synchronous reads;
// and its memory. Any driver does, also one in software; where there is none, what is said then is tried, and printed that nothing else was.

import * as tf from "@tensorflow/tfjs-core";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DeviceFailure } from "../../runtime/backends/failure.js";
import { selectBackend } from "../../runtime/backends/select.js";
import { tryAdapter } from "../../runtime/backends/webgpu/device.js";
import { backendsHere, missingWebGpu, runOn, type BackendHere } from "../support/backends-here.js";
import { withProgram } from "../support/compiled.js";
import { smallCsv, smallData, smallRows } from "../support/small-data.js";

const source = `${smallData}
model Net {
  input  image: f32[64]
  output k: f32[3] = image |> dense(8) |> relu |> dense(3)
}

train net: Net on rows {
  loss       cross_entropy(k, kind)
  optimizer  adam(lr: 1e-2)
  batch      16
  steps      60
  checkpoint every 10 steps
  evaluate   every 60 steps
  seed       5
}
`;
const files = { "rows.csv": smallCsv(smallRows(120)) };
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
const missing = missingWebGpu();
if (missing !== null) process.stdout.write(`WebGPU was not tried: ${missing}\n`);

test("without a GPU the reason is said, and what to do", () =>
  withProgram(source, files, async ({ folder, run }) => {
    const alone = await run("train", "--backend", "webgpu", "--data-dir", folder, "--runs-dir", join(folder, "none"));
    assert.is(alone.code, 1);
    assert.is(alone.err, "error: The backend `webgpu` cannot be used here: webgpu is not installed.\nhelp: Run `npm install --ignore-scripts --no-save webgpu@0.6.2`.\n");
    if (process.platform !== "linux") return;
    symlinkSync(packages, join(folder, "node_modules"));
    const [here] = backendsHere();
    const found = await runOn({ name: "webgpu", flags: ["--backend", "webgpu"], packages: here?.packages ?? folder }, folder, ["train"], { VK_DRIVER_FILES: "/nowhere/icd.json" });
    assert.is(found.code, 1, found.err);
    assert.match(found.err, /^error: The backend `webgpu` cannot be used here: (no GPU is found|there is no Vulkan here \(\S+ is not installed\))\.\nhelp: Install .+, or use another `--backend`\.\n$/);
  }));

test("a package that crashes, hangs or computes nonsense does so in another process", () => {
  const code = (body: string): string => `data:text/javascript,${encodeURIComponent(`export const globals = {}; export const create = () => ({ requestAdapter: async () => { ${body} } });`)}`;
  const starts = (what: string): object => ({ missing: `WebGPU does not start: ${what}`, help: "Update the GPU's driver, or use another `--backend`." });
  assert.equal(tryAdapter(code('process.kill(process.pid, "SIGSEGV");'), "low-power"), starts("its process dies of SIGSEGV"));
  assert.equal(tryAdapter(code("for (;;);"), "low-power", 1500), starts("it does not answer within 1.5 seconds"));
  assert.equal(tryAdapter(code('throw new Error("odd\\nmore");'), "low-power"), starts("odd"));
  assert.match((tryAdapter(code("return null;"), "low-power") as { readonly missing: string }).missing, "no GPU is found");
});

if (missing === null) {
  const [reference, webgpu] = [named("cpu"), named("webgpu")];
  const lossesOf = (folder: string, name: string): readonly number[] =>
    readFileSync(join(folder, name, "net", "metrics.jsonl"), "utf8").trimEnd().split("\n").flatMap((line) => (JSON.parse(line) as { readonly loss?: number }).loss ?? []);
  const failing = pathToFileURL(fileURLToPath(new URL("../support/failing-gpu.mjs", import.meta.url))).href;

  for (const [how, said] of [
    ["lost", /^error: The GPU was lost \(.+\)\. The checkpoint of step (\d+) is kept: the same command goes on from there, on any backend\.\nhelp: .+$/m],
    ["error", /^error: The GPU refused a command: .+\. The checkpoint of step (\d+) is kept: the same command goes on from there, on any backend\.\nhelp: .+$/m],
  ] as const) {
    test(`a device that fails in mid-run (${how}) leaves a checkpoint, and the run goes on from it on cpu`, () =>
      withProgram(source, files, async ({ folder }) => {
        const whole = await runOn(reference, folder, ["train", "--quiet"]);
        assert.is(whole.code, 0, whole.err);
        const failed = await runOn(webgpu, folder, ["train", "--quiet"], { NODE_OPTIONS: `--import=${failing}`, SOP_TEST_GPU: `${how} 150` });
        assert.is(failed.code, 1, failed.err);
        const step = Number(said.exec(failed.err)?.[1]);
        assert.ok(step >= 10 && step < 60, failed.err);
        assert.not.match(failed.err, /\n\s+at /);
        assert.not.ok(existsSync(join(folder, "webgpu", "net", "model.safetensors")));
        const resumed = await runOn({ ...reference, name: "webgpu" }, folder, ["train", "--quiet"]);
        assert.is(resumed.code, 0, resumed.err);
        assert.match(resumed.err, new RegExp(`^net: goes on from step ${step}$`, "m"));
        const [expected, found] = [lossesOf(folder, "cpu"), lossesOf(folder, "webgpu")];
        assert.is(found.length, 60);
        const worst = Math.max(...expected.map((loss, i) => Math.abs(loss - (found[i] ?? NaN))));
        assert.ok(worst <= 1e-4, `losses differ by up to ${worst}`);
      }));
  }

  test("a run that goes on after its device was lost ends with the bits of one that was never stopped", () =>
    withProgram(source, files, async ({ folder }) => {
      const whole = { ...webgpu, name: "whole" };
      const started = await runOn(whole, folder, ["train", "--quiet"]);
      assert.is(started.code, 0, started.err);
      const failed = await runOn(webgpu, folder, ["train", "--quiet"], { NODE_OPTIONS: `--import=${failing}`, SOP_TEST_GPU: "lost 150" });
      assert.is(failed.code, 1, failed.err);
      const resumed = await runOn(webgpu, folder, ["train", "--quiet"]);
      assert.is(resumed.code, 0, resumed.err);
      assert.match(resumed.err, /^net: goes on from step \d+$/m);
      for (const file of ["model.safetensors", "checkpoints/step-00000060.safetensors"]) assert.ok(readFileSync(join(folder, "webgpu", "net", file)).equals(readFileSync(join(folder, "whole", "net", file))), file);
    }));

  test("a device before the first checkpoint, or one that does not exist", () =>
    withProgram(source, files, async ({ folder }) => {
      const failed = await runOn(webgpu, folder, ["train", "--quiet"], { NODE_OPTIONS: `--import=${failing}`, SOP_TEST_GPU: "lost 20" });
      assert.is(failed.code, 1, failed.err);
      assert.match(failed.err, /The GPU was lost \(.+\)\. No checkpoint was written before\./);
      const other = await runOn({ ...webgpu, flags: [...webgpu.flags, "--device", "none such"] }, folder, ["train"]);
      assert.is(other.code, 2, other.err);
      const [, name = ""] = /it has no device `none such`\.\nhelp: Use `--device high-performance` or `--device low-power` or `--device "?([^"`]+)"?`/.exec(other.err) ?? [];
      const inOtherCase = (text: string): string => [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join("");
      for (const device of [inOtherCase(name), "High-Performance"]) {
        const found = await runOn({ ...webgpu, flags: [...webgpu.flags, "--device", device] }, folder, ["train", "--smoke"]);
        assert.is(found.code, 0, `${device}: ${found.err}`);
      }
    }));

  test("too large a tensor and a synchronous read are refused, nothing is left behind by steps", async () => {
    await selectBackend("webgpu");
    const tooLarge = (): tf.Tensor => tf.tidy(() => tf.add(tf.ones([2 ** 16, 1]), tf.ones([1, 2 ** 16])));
    assert.throws(tooLarge, (error: unknown) => error instanceof DeviceFailure && /^A tensor of 16,384 MiB does not fit the GPU, whose tensors have at most [\d,]+ MiB\.$/.test(error.message));
    const made = tf.mul(tf.ones([2000]), 3);
    assert.throws(() => made.dataSync(), /was read synchronously/);
    assert.equal([...new Set(await made.data())], [3]);
    made.dispose();

    const weights = tf.variable(tf.ones([200, 200]));
    const optimizerStep = async (): Promise<void> => {
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.matMul(weights, weights))) as tf.Scalar);
      const [gradient] = Object.values(grads);
      if (gradient === undefined) throw new Error("no gradient");
      tf.tidy(() => weights.assign(tf.sub(weights, tf.mul(gradient, 1e-4)) as tf.Variable));
      await value.data();
      tf.dispose([value, ...Object.values(grads)]);
    };
    const used = (): readonly number[] => {
      const memory = tf.memory() as tf.MemoryInfo & { readonly numBytesInGPU: number; readonly numBytesAllocatedInGPU: number };
      return [memory.numTensors, memory.numBytesInGPU, memory.numBytesAllocatedInGPU];
    };
    for (let i = 0; i < 5; i++) await optimizerStep();
    const before = used();
    for (let i = 0; i < 20; i++) await optimizerStep();
    assert.equal(used(), before);
    weights.dispose();
  });
}

function named(name: string): BackendHere {
  const found = backendsHere().find((backend) => backend.name === name);
  if (found === undefined) throw new Error(`no backend ${name}`);
  return found;
}

test.run();
