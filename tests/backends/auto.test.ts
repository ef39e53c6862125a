// What `auto` takes where several backends are installed: the one that is measured to be the fastest; what is found is kept, and a backend that
// computes wrong numbers is told of each time.

import * as tf from "@tensorflow/tfjs-core";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startAutomatic } from "../../runtime/backends/automatic.js";
import { cpu } from "../../runtime/backends/cpu.js";
import { ranked } from "../../runtime/backends/ranking.js";
import { altered, zeros } from "../support/altered-backend.js";

await cpu.load({ device: null, threads: null });
const multiply = tf.getKernel(tf.BatchMatMul, "cpu").kernelFunc;

/** Right for what is measured, without the work: a product of ones and means is the ones. */
const quick: tf.KernelFunc = (call) => {
  const { a } = call.inputs;
  if (a === undefined || a.shape[1] !== 512) return multiply(call);
  (call.backend as tf.KernelBackend & { incRef: (id: object) => void }).incRef(a.dataId);
  return { ...a };
};

const slow = altered("slow", {});
const fast = altered("fast", { [tf.BatchMatMul]: quick }, { isGpu: true });
const wrong = altered("wrong", { [tf.Conv2DBackpropFilter]: zeros(() => [3, 3, 1, 2]) }, { isGpu: true });
const absent = altered("absent", {}, { installed: null });
const nothing = { device: null, threads: null };
const reason = "it computes wrong numbers: the gradient of a small network gave 0 for 0.335028, number 2 of 24";

async function withCache(use: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sop-cache-"));
  const before = process.env["XDG_CACHE_HOME"];
  process.env["XDG_CACHE_HOME"] = folder;
  try {
    await use(join(folder, "sop", "backends.json"));
  } finally {
    if (before === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before;
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the fastest is taken, and measured once", () =>
  withCache(async (file) => {
    const notes: string[] = [];
    const start = (): ReturnType<typeof startAutomatic> => startAutomatic({ preferred: [fast, absent, slow], resort: cpu, gain: "to gain" }, nothing, (note) => notes.push(note));
    assert.is((await start()).name, "fast");
    assert.equal(Object.keys((JSON.parse(readFileSync(file, "utf8")) as { readonly measured: object }).measured), ["fast", "slow"]);
    const loads = [fast.loads(), slow.loads()];
    assert.is((await start()).name, "fast");
    assert.equal([fast.loads(), slow.loads()], [(loads[0] ?? 0) + 1, loads[1]]);
    assert.equal(notes, []);
  }));

test("one that is wrong is passed over and told of, also where that was found before; the last is not measured then", () =>
  withCache(async () => {
    for (const round of [1, 2]) {
      const notes: string[] = [];
      const started = await startAutomatic({ preferred: [wrong, slow], resort: cpu, gain: "to gain" }, nothing, (note) => notes.push(note));
      assert.is(started.name, "slow", `round ${round}`);
      assert.equal(notes, [`backend slow instead of wrong: ${reason}.`]);
    }
    assert.equal((await ranked([wrong, slow])).order.map(({ name }) => name), ["slow"]);
  }));

test("a cache of another state, a damaged one and a place where none can be written", () =>
  withCache(async (file) => {
    await ranked([fast, slow]);
    const kept = readFileSync(file, "utf8");
    const fake = JSON.stringify({ ...(JSON.parse(kept) as object), measured: { fast: { speed: 1 }, slow: { speed: 2 } } });
    writeFileSync(file, fake);
    assert.equal((await ranked([fast, slow])).order.map(({ name }) => name), ["slow", "fast"], "it is read");
    const newer = { ...fast, installed: () => "2" };
    assert.is((await ranked([newer, slow])).order[0]?.name, "fast", "another version is measured anew");
    for (const text of ["", "{", "[]", '{"key":1}', '{"key":"x","measured":{"fast":{"speed":"x"}}}']) {
      writeFileSync(file, text);
      assert.is((await ranked([fast, slow])).order[0]?.name, "fast", text);
    }
    process.env["XDG_CACHE_HOME"] = join(file, "no folder");
    assert.is((await ranked([fast, slow])).order[0]?.name, "fast");
    assert.not.ok(existsSync(join(file, "no folder")));
  }));

test("a device that is named is that of the backend that has it", async () => {
  const chosen = { ...slow, devices: ["here"] };
  assert.is((await startAutomatic({ preferred: [fast, chosen], resort: cpu, gain: "" }, { device: "here", threads: null }, () => undefined)).name, "slow");
});

test.run();
