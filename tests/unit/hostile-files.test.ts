// Files of a run that were damaged, or written by someone else: whatever they hold, the answer is a message or the very content that was
// written; and what several processes, full disks and odd places do to them.

import { execFileSync, spawn } from "node:child_process";
import * as fc from "fast-check";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readCheckpoint, readModel, writeCheckpoint, writeModel, type Position } from "../../runtime/checkpoint/checkpoint.js";
import { writeFileAtomically } from "../../runtime/checkpoint/files.js";
import type { StoredTensor } from "../../runtime/checkpoint/safetensors.js";
import { loggedSteps, MetricsLog } from "../../runtime/logging/metrics-log.js";
import { printable } from "../../runtime/logging/printable.js";
import { UserError } from "../../runtime/program/errors.js";
import { lockFile, unlockFile } from "../../runtime/program/lock.js";
import { nearest } from "../../runtime/program/nearest.js";
import { RunFolder } from "../../runtime/program/run-folder.js";
import type { RunRecord } from "../../runtime/program/run-record.js";
import { isBetter } from "../../runtime/training/early-stopping.js";

const folder = mkdtempSync(join(tmpdir(), "sop-hostile-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const tensors: ReadonlyMap<string, StoredTensor> = new Map([
  ["weights/dense.kernel", { dtype: "F32", shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ["weights/dense.bias", { dtype: "F32", shape: [3], values: Float32Array.of(0, 0.5, -1) }],
]);
const position: Position = { identity: "abc", step: 7, stopping: { value: 0.25, step: 5 }, best: null, stopped: false };

/** The result, or the message of a UserError. Anything else gets through. */
function told<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** There is a message, and it says so. */
function says(found: unknown, part: string | RegExp, what?: string): void {
  if (typeof found === "string") assert.match(found, part, what);
  else assert.unreachable(`expected a message with ${String(part)}`);
}

const plain = (found: unknown): string => JSON.stringify(found, (_, value: unknown) => (value instanceof Map ? [...value] : value));

test("no flipped bit of a checkpoint or a model is taken for the content that was written", () => {
  const path = join(folder, "flip.safetensors");
  for (const [write, read] of [
    [(): void => writeCheckpoint(path, { position, tensors }), (): unknown => readCheckpoint(path)],
    [(): void => writeModel(path, "abc", tensors), (): unknown => readModel(path)],
  ] as const) {
    write();
    const bytes = readFileSync(path);
    const whole = plain(read());
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const broken = Buffer.from(bytes);
      broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path, broken);
      const found = told(read);
      if (typeof found === "string") refused++;
      else assert.is(plain(found), whole, `byte ${at}`);
    }
    assert.ok(refused > bytes.length - 8, `${refused} of ${bytes.length} flips were refused`);
    for (let length = 0; length < bytes.length; length += 7) {
      writeFileSync(path, bytes.subarray(0, length));
      assert.type(told(read), "string");
    }
  }
});

test("a value that is not finite never becomes the best, so that a checkpoint can always be read again", () => {
  for (const value of [Infinity, -Infinity, NaN]) for (const direction of ["higher", "lower"] as const) assert.not(isBetter(value, null, direction));
  assert.ok(isBetter(3, null, "lower"));
});

const record: RunRecord = {
  format: 1,
  run: "r",
  model: "M",
  file: "a.sop",
  identity: "i",
  modelIdentity: "m",
  data: "d",
  seed: 0,
  backend: "cpu",
  status: "finished",
  step: 3,
  steps: 3,
  modelStep: 3,
  results: { "test.loss": 0.5, "test.r2": null },
  fitted: { statistics: { x: { mean: [1], std: [2] } }, vocabularies: { k: ["a", "b"] } },
};

test("run.json: what is not whole is refused, whichever part is missing or of another kind", () => {
  const run = new RunFolder(join(folder, "record"), "r");
  mkdirSync(run.path);
  const read = (content: unknown): RunRecord | null | string => {
    writeFileSync(join(run.path, "run.json"), typeof content === "string" ? content : JSON.stringify(content));
    return told(() => run.read());
  };
  assert.equal(read(record), record);
  for (const text of ["", "{", "null", "[]", "3", "\0\0", JSON.stringify(record).slice(0, -9)]) says(read(text), "is not the record of a run");
  for (const key of Object.keys(record)) says(read({ ...record, [key]: undefined }), "is not the record of a run", key);
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(record)), fc.jsonValue(), (key, value) => {
      const found = read({ ...record, [key]: value });
      if (typeof found !== "string" && value !== null) assert.is(typeof Reflect.get(found ?? {}, key), typeof Reflect.get(record, key));
    }),
    { numRuns: 500 },
  );
  for (const fitted of [{ statistics: { x: {} }, vocabularies: {} }, { statistics: { x: { mean: [1], std: [0] } }, vocabularies: {} }, { statistics: { x: { mean: [1], std: [1, 2] } }, vocabularies: {} }, { statistics: {}, vocabularies: { k: "ab" } }]) {
    says(read({ ...record, fitted }), "is not the record of a run");
  }
});

test("metrics.jsonl: lines beyond the checkpoint, torn lines and noise go; the others stay as they are", () => {
  const path = join(folder, "metrics.jsonl");
  const lines = [1, 2, 3, 4, 5].map((step) => `{"step":${step},"loss":0.5}\n`);
  writeFileSync(path, `${lines[0]}${lines[1]}{"step":2,"los\n\0\0noise\n${lines[2]}[]\nnull\n${lines[3]}${lines[4]}{"step":`);
  const log = MetricsLog.open(path, 3);
  log.write({ step: 4, loss: 1 });
  log.flush();
  assert.is(readFileSync(path, "utf8"), `${lines.slice(0, 3).join("")}{"step":4,"loss":1}\n`);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      writeFileSync(path, noise);
      assert.is(loggedSteps(path, 1), null);
      MetricsLog.open(path, 1);
      for (const line of readFileSync(path, "utf8").split("\n").slice(0, -1)) assert.ok(JSON.parse(line).step <= 1);
    }),
    { numRuns: 200 },
  );
  // Steps are whole only with all lines, each once and in order; evaluations and torn lines between them do not count.
  const step = (at: number): string => `{"step":${at},"rate":${at / 10},"gradient_norm":2}\n`;
  writeFileSync(path, `{"step":0,"select.rows":3}\n${step(1)}{"step":1,"valid.loss":3}\n{"step":2,"ra\n${step(2)}${step(3)}`);
  assert.equal(loggedSteps(path, 2), [{ rate: 0.1, gradientNorm: 2 }, { rate: 0.2, gradientNorm: 2 }]);
  assert.is(loggedSteps(path, 4), null);
  writeFileSync(path, `${step(2)}${step(1)}`);
  assert.is(loggedSteps(path, 2), null);
  rmSync(path);
  assert.is(loggedSteps(path, 1), null);
  mkdirSync(path);
  says(told(() => MetricsLog.open(path, 1)), "is a folder, expected a file");
});

test("a lock is held by one living process; what is left behind is taken over", () => {
  const path = join(folder, "lock");
  assert.is(lockFile(path), null);
  assert.is(readFileSync(path, "utf8"), `${process.pid}\n`);
  unlockFile(path);
  assert.not(existsSync(path));
  for (const left of ["", "no number", "0", "-1", "4194304999", `${process.pid}`, "1e3"]) {
    writeFileSync(path, left);
    assert.is(lockFile(path), null, left);
    unlockFile(path);
  }
  writeFileSync(path, `${process.ppid}\n`);
  assert.is(lockFile(path), process.ppid);
  unlockFile(path);
  assert.ok(existsSync(path), "the lock of another process stays");
  rmSync(path);
  mkdirSync(path);
  says(told(() => lockFile(path)), "is a folder");
  rmSync(path, { recursive: true });
  assert.equal(readdirSync(folder).filter((name) => name.startsWith("lock")), []);
});

test("checkpoints that were passed over do not push sound ones out", () => {
  const run = new RunFolder(join(folder, "pruned"), "r");
  mkdirSync(join(run.path, "checkpoints"), { recursive: true });
  for (const step of [3, 6, 9, 40]) writeFileSync(run.checkpoint(step), "");
  run.prune(2, 9);
  assert.equal(run.checkpointSteps(), [40, 9, 6]);
});

test("a link stays a link and a pipe stays a pipe", async () => {
  const place = join(folder, "links");
  mkdirSync(place);
  writeFileSync(join(place, "real"), "old", { mode: 0o600 });
  symlinkSync("real", join(place, "link"));
  writeFileAtomically(join(place, "link"), "new");
  assert.ok(lstatSync(join(place, "link")).isSymbolicLink());
  assert.is(readFileSync(join(place, "real"), "utf8"), "new");
  assert.is(statSync(join(place, "real")).mode & 0o777, 0o600);
  execFileSync("mkfifo", [join(place, "pipe")]);
  const reader = spawn("cat", [join(place, "pipe")], { stdio: ["ignore", "pipe", "inherit"] });
  let through = "";
  reader.stdout.on("data", (text: Buffer) => (through += text.toString()));
  // Opening waits for the reader, which is a process of its own.
  writeFileAtomically(join(place, "pipe"), "new");
  await new Promise((resolve) => reader.on("close", resolve));
  assert.is(through, "new");
  assert.ok(lstatSync(join(place, "pipe")).isFIFO());
  symlinkSync("loop", join(place, "loop"));
  says(told(() => writeFileAtomically(join(place, "loop", "x"), "")), /cannot be written/);
});

test("text of files cannot move the cursor, and a name of one letter is near to nothing", () => {
  assert.is(printable("a\u001b[31m\r\n\u202eb\u0085"), "a\u241b[31m\u240d\u240a\ufffdb\ufffd");
  assert.is(nearest("x", ["y", "ab"]), null);
  assert.is(nearest("X", ["x"]), "x");
  assert.is(nearest("agee", ["age"]), "age");
});

test.run();
