// What can go wrong around a run: data, folders, disks, signals, streams, places. Each is one sentence with a way out and the right exit
// code, never a stack, and nothing is left by halves. With the real command, but for all but the first and last of many contents of a file.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { commandOf, type Command } from "../support/in-process.js";
import { inFolder, sop, sopCommand } from "../support/sop.js";
import type { Outcome } from "../support/sop.js";

const csvProgram = (options = ""): string => `data rows = csv("rows.csv"${options}) {
  fields x: f32, n: i32 below 5, b: bool, k: class["a", "b, \\"c\\"", "=1+1"]
  split  train 60%, valid 20%, test 20%
}

model M {
  input  x: f32, n: i32 below 5
  output p: f32[3] = concat(x |> reshape([1]), n |> embedding(5, 2)) |> dense(3)
}

train m: M on rows {
  loss      cross_entropy(p, k)
  metrics   accuracy(p, k)
  optimizer sgd(lr: 0.1)
  batch     4
  steps     3
}
`;

const rows = Array.from({ length: 20 }, (_, row) => `${row},${row % 5},${row % 2 === 0 ? "yes" : "false"},${["a", '"b, ""c"""', "=1+1"][row % 3] ?? ""}`);
const csvText = `x,n,b,k\n${rows.join("\n")}\n`;

const digits = (settings: string): string => `data rows = synthetic("digits", rows: 300, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

model Small(k: int = 2) overparam k {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(8) |> relu |> dense(10)
}

train small: Small on rows {
  loss       cross_entropy(digit, label)
  metrics    accuracy(digit, label)
  optimizer  adamw(lr: 1e-3)
  batch      32
  ${settings}
}
`;
const short = digits("steps 6\n  checkpoint every 2 steps, keep 2");
const long = digits("steps 100_000\n  checkpoint every 5 steps");

function clear(outcome: Outcome, expected: RegExp, status = 1): void {
  assert.is(outcome.status, status, outcome.stderr + outcome.stdout);
  assert.match(outcome.stderr, expected);
  assert.not.match(outcome.stderr, /\n\s+at .*:\d+:\d+|fault of sop|has a fault|Unhandled|Traceback/);
}

/** All files below a folder that a process left half-written or locked. */
const leftovers = (folder: string): readonly string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tmp$|(^|\/)lock/.test(name));

/** Runs a shell line in a folder; `$SOP` is the command. */
function shell(folder: string, line: string, timeout = 60_000): Outcome {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", line], { cwd: folder, encoding: "utf8", timeout, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "", SOP: `${process.execPath} ${sopCommand}` } });
  return { status, stdout, stderr };
}

/** Runs a command for each content of a file, and looks for what is said of it; the first and the last with the real command. */
async function refuses(folder: string, file: string, cases: readonly (readonly [string | Uint8Array, RegExp])[], command: Command, args: readonly [string, string, ...(readonly string[])]): Promise<void> {
  const [name, , ...flags] = args;
  for (const [index, [content, expected]] of cases.entries()) {
    writeFileSync(join(folder, file), content);
    clear(index === 0 || index === cases.length - 1 ? sop(folder, args) : await command(name, ...flags), expected);
  }
}

/** Starts a long run and waits until it has a checkpoint. */
async function started(folder: string): Promise<{ readonly kill: (signal: NodeJS.Signals) => void; readonly ended: Promise<{ readonly code: number | null; readonly err: string }> }> {
  const child = spawn(process.execPath, [sopCommand, "train", "long.sop", "--quiet"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  let err = "";
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const ended = new Promise<{ readonly code: number | null; readonly err: string }>((resolve) => child.on("close", (code) => resolve({ code, err })));
  const [checkpoints, lock] = ["checkpoints", "lock"].map((name) => join(folder, "runs", "small", name));
  const limit = performance.now() + 60_000;
  while (checkpoints === undefined || lock === undefined || !existsSync(lock) || readdirSync(checkpoints).length === 0) {
    assert.ok(performance.now() < limit, err);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { kill: (signal) => void child.kill(signal), ended };
}

test("every way in which a CSV file can be wrong", () =>
  inFolder({ "a.sop": csvProgram(), "m.sop": csvProgram(', missing: "?"'), "rows.csv": csvText }, async (folder) => {
    assert.is(sop(folder, ["train", "a.sop", "--smoke"]).status, 0);
    const cases: readonly (readonly [string | Uint8Array, RegExp])[] = [
      ["", /`rows\.csv` is empty, expected a header and rows/],
      ["\n\n", /is empty/],
      ["x,n,b,k\n", /has a header but no rows/],
      ["x,n,b\n1,1,yes\n", /has no column `k` for the field `k`; its columns are `x`, `n`, `b`/],
      ["x;n;b;k\n1;1;yes;a\n", /no column `x`[^]*help: Write `separator: ";"`/],
      ["x,n,b,k,x\n1,1,yes,a,1\n", /has two columns `x`/],
      ["x,n,b,k\n1,1,yes\n", /Row 1 \(line 2\) of `rows\.csv` has 3 cells, the header 4/],
      ["x,n,b,k\n1,1,yes,a,\n", /Row 1 \(line 2\) of `rows\.csv` has 5 cells/],
      ['x,n,b,k\n1,1,yes,"a\n', /a quote is never closed in line 2/],
      ['x,n,b,k\n1,1,yes,a"b\n', /a quote stands in the middle of a cell in line 2/],
      ["x,n,b,k\n1,1,yes,a\nwide,1,yes,a\n", /Column `x` of row 2 \(line 3\) of `rows\.csv` holds `wide`, expected a number/],
      ['x,n,b,k\n"1\n2",1,yes,a\n', /Column `x` of row 1 \(line 3\) of `rows\.csv` holds `1␊2`/],
      ["x,n,b,k\n1,,yes,a\n", /Column `n` of row 1 \(line 2\) of `rows\.csv` is empty, expected a whole number/],
      ["x,n,b,k\n1,1,perhaps,a\n", /Column `b` [^]*holds `perhaps`, expected true or false/],
      ["x,n,b,k\n1e39,1,yes,a\n", /holds `1e39`, expected a number/],
      ["x,n,b,k\n1\u001b[31m,1,yes,a\n", /holds `1␛\[31m`/],
      [`${csvText}1,5,yes,a\n`, /Column `n` of row 21 \(line 22\) of `rows\.csv` holds 5, expected a number from 0 to 4/],
      [`${csvText}1,1,yes,c\n`, /Column `k` of row 21 \(line 22\) of `rows\.csv` holds the class `c`, which `k` does not have/],
      [Buffer.from("x,n,b,k\n1,1,yes,caf\u00e9\n", "latin1"), /Line 2 of `rows\.csv` is not UTF-8 text/],
      [Buffer.from(csvText, "utf16le"), /zero byte, expected text/],
      ["x,n,b,k\n1,1,yes,a\n", /`rows` has 1 row, too few for a valid split of 20%/],
    ];
    await refuses(folder, "rows.csv", cases, await commandOf(csvProgram(), folder, "a.sop"), ["train", "a.sop"]);
    writeFileSync(join(folder, "rows.csv"), csvText.replaceAll(/^\d+,/gm, "?,"));
    clear(sop(folder, ["train", "m.sop"]), /has no rows left: 20 of 20 rows of `rows\.csv` miss a value/);
    assert.not.ok(existsSync(join(folder, "runs", "m", "run.json")));
  }));

test("predictions: bad rows are refused, class names are quoted as CSV wants it", () =>
  inFolder({ "a.sop": csvProgram(), "rows.csv": `\ufeff${csvText.replaceAll("\n", "\r\n")}` }, async (folder) => {
    assert.is(sop(folder, ["train", "a.sop", "--quiet"]).status, 0);
    const made = sop(folder, ["predict", "a.sop", "--split", "test", "--out", "o #?%.csv"]);
    assert.is(made.status, 0, made.stderr);
    assert.match(readFileSync(join(folder, "o #?%.csv"), "utf8"), /^row,p,p\.a,"p\.b, ""c""",p\.=1\+1\n\d+,/);
    const command = await commandOf(csvProgram(), folder, "a.sop");
    const cases: readonly (readonly [string, RegExp])[] = [
      ["n,x\n9,1\n", /Column `n` of row 1 \(line 2\) of `new\.csv` holds 9, expected a number from 0 to 4/],
      ["n\n3\n", /has no column `x`/],
      ["n,x\n", /has a header but no rows/],
      ["", /is empty/],
    ];
    await refuses(folder, "new.csv", cases, (name, ...flags) => command(name, "m", ...flags), ["predict", "a.sop", "--in", "new.csv"]);
    clear(await command("predict", "m", "--in", "none.csv"), /`none\.csv` cannot be read: it does not exist/);
    clear(await command("predict", "m", "--in", "."), /is a folder/);
    writeFileSync(join(folder, "new.csv"), "n,x\n3,1\n");
    assert.is(sop(folder, ["predict", "a.sop", "--in", "new.csv"]).status, 0);
    clear(await command("predict", "m", "--in", "new.csv", "--out", "none/o.csv"), /its folder does not exist[^]*--out/);
    clear(sop(folder, ["predict", "a.sop", "--in", "new.csv", "new.csv"]), /Rows come from one CSV file/, 2);
    writeFileSync(join(folder, "a.sop"), csvProgram().replace("dense(3)", "dense(4) |> relu |> dense(3)"));
    clear(sop(folder, ["predict", "a.sop", "--split", "test"]), /changed since it was trained/);
    clear(sop(folder, ["train", "a.sop"]), /holds a finished run of another program[^]*help: Train with `--fresh`/);
    const fresh = sop(folder, ["train", "a.sop", "--fresh", "--quiet"]);
    assert.is(fresh.status, 0, fresh.stderr);
    assert.match(fresh.stderr, /the old run is now runs\/m\.old-1/);
    assert.ok(existsSync(join(folder, "runs", "m.old-1", "model.safetensors")));
  }));

test("idx files that promise more than they hold", () => {
  const header = (declared: number, ...more: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(8 + 4 * more.length);
    bytes.writeUInt32BE(0x801 + more.length, 0);
    [declared, ...more].forEach((size, axis) => bytes.writeUInt32BE(size, 4 + 4 * axis));
    return bytes;
  };
  const program = `data rows = idx("images.gz", "labels.gz") {
  fields image: f32[28, 28, 1], label: class[10]
}
${short.slice(short.indexOf("\nmodel"))}`;
  const labels = gzipSync(Buffer.concat([header(10), Buffer.alloc(10)]));
  return inFolder({ "a.sop": program, "labels.gz": labels }, async (folder) => {
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [header(2 ** 31, 28, 28), /`images\.gz` declares \d+ bytes, more than/],
      [header(2 ** 32 - 1, 28, 28), /declares/],
      [gzipSync(header(2_000_000, 28, 28)), /`images\.gz` is truncated: its header declares 1568000016 bytes/],
      [gzipSync(Buffer.concat([header(10, 28, 28), Buffer.alloc(100_000_000)])), /holds more than the 7856 bytes that its header declares/],
      [gzipSync(Buffer.concat([header(10, 28, 28), Buffer.alloc(784 * 10)])).subarray(0, 30), /is truncated/],
      [Buffer.concat([header(10, 28, 28), Buffer.alloc(784 * 10 - 1)]), /is truncated/],
      [header(0, 28, 28), /holds 10 rows and `images\.gz` 0/],
      [header(10, 28, 27), /rows of shape \[28, 27\], expected f32\[28, 28, 1\]/],
      [Buffer.alloc(0), /`images\.gz` is empty/],
    ];
    await refuses(folder, "images.gz", cases, await commandOf(program, folder, "a.sop"), ["train", "a.sop"]);
    assert.not.ok(existsSync(join(folder, "runs", "small", "run.json")));
  });
});

test("a disk that is full in the middle of a checkpoint or a model leaves what was there before", () =>
  inFolder({ "short.sop": short }, (folder) => {
    const checkpoints = join(folder, "runs", "small", "checkpoints");
    const read = (name: string): Buffer => readFileSync(join(checkpoints, name));
    assert.is(sop(folder, ["train", "short.sop", "--quiet"]).status, 0);
    const whole = readFileSync(join(folder, "runs", "small", "model.safetensors"));
    // As if the run had been killed after its next to last checkpoint.
    rmSync(join(folder, "runs", "small", "model.safetensors"));
    rmSync(join(checkpoints, "step-00000006.safetensors"));
    const before = read("step-00000004.safetensors");
    // Files of more than 60 KiB cannot be written: a checkpoint can not, the log can.
    const full = shell(folder, "ulimit -f 60; exec $SOP train short.sop --quiet");
    clear(full, /step-00000006\.safetensors` cannot be written: /);
    assert.equal(readdirSync(checkpoints), ["step-00000004.safetensors"]);
    assert.ok(read("step-00000004.safetensors").equals(before));
    assert.equal(leftovers(folder), []);
    assert.is(JSON.parse(readFileSync(join(folder, "runs", "small", "run.json"), "utf8")).status, "failed");
    const resumed = sop(folder, ["train", "short.sop", "--quiet"]);
    assert.match(resumed.stderr, /goes on from step 4/);
    assert.ok(readFileSync(join(folder, "runs", "small", "model.safetensors")).equals(whole));

    writeFileSync(join(folder, "out.safetensors"), "the old file");
    clear(shell(folder, "ulimit -f 8; exec $SOP export short.sop -o out.safetensors"), /out\.safetensors` cannot be written/);
    assert.is(readFileSync(join(folder, "out.safetensors"), "utf8"), "the old file");
    assert.equal(leftovers(folder), []);
  }));

test("a run folder that was damaged", () =>
  inFolder({ "short.sop": short }, (folder) => {
    assert.is(sop(folder, ["train", "short.sop", "--quiet"]).status, 0);
    const run = join(folder, "runs", "small");
    cpSync(run, join(folder, "whole"), { recursive: true });
    const model = readFileSync(join(run, "model.safetensors"));
    const restore = (): void => {
      rmSync(run, { recursive: true });
      cpSync(join(folder, "whole"), run, { recursive: true });
    };
    const flip = (path: string): void => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    };

    writeFileSync(join(run, "run.json"), "{");
    for (const command of ["train", "eval", "export"]) clear(sop(folder, [command, "short.sop"]), /run\.json` is not the record of a run/);
    restore();
    flip(join(run, "model.safetensors"));
    clear(sop(folder, ["eval", "short.sop"]), /model\.safetensors` is damaged[^]*help: Delete the file and train again/);
    rmSync(join(run, "model.safetensors"));
    clear(sop(folder, ["eval", "short.sop"]), /model\.safetensors` is missing/);
    // The last checkpoint is damaged, too, and the log has lines beyond the one before.
    flip(join(run, "checkpoints", "step-00000006.safetensors"));
    const log = readFileSync(join(run, "metrics.jsonl"), "utf8");
    writeFileSync(join(run, "metrics.jsonl"), `${log}{"step":7,"loss":1}\nnoise\n{"ste`);
    const resumed = sop(folder, ["train", "short.sop", "--quiet"]);
    assert.is(resumed.status, 0, resumed.stderr);
    assert.match(resumed.stderr, /warning: .*step-00000006\.safetensors` is damaged.* It is passed over/);
    assert.match(resumed.stderr, /goes on from step 4/);
    assert.ok(readFileSync(join(run, "model.safetensors")).equals(model));
    assert.is(readFileSync(join(run, "metrics.jsonl"), "utf8"), log);
    rmSync(join(run, "run.json"));
    writeFileSync(join(run, "lock"), `${process.pid}\n`);
    clear(sop(folder, ["train", "short.sop"]), new RegExp(`is in use by process ${process.pid}\\.[^]*help: Wait for it`));
    clear(sop(folder, ["train", "short.sop", "--fresh"]), /is in use by process/);
    assert.ok(existsSync(join(run, "lock")));
  }));

test("signals: a checkpoint and 130, whoever ends it; a killed program is told of", () =>
  inFolder({ "long.sop": long }, async (folder) => {
    for (const signal of ["SIGHUP", "SIGTERM"] as const) {
      const run = await started(folder);
      run.kill(signal);
      const { code, err } = await run.ended;
      assert.is(code, 130, err);
      assert.match(err, /stopped at step \d+ of 100000; the same command goes on from there/);
      assert.equal(leftovers(folder), []);
    }
    const run = await started(folder);
    const other = sop(folder, ["train", "long.sop"]);
    clear(other, /is in use by process/);
    process.kill(Number(readFileSync(join(folder, "runs", "small", "lock"), "utf8")), "SIGKILL");
    const { code, err } = await run.ended;
    assert.is(code, 1);
    assert.match(err, /the program was ended by SIGKILL[^]*help: .*memory/);
  }));

test("streams that nobody reads, and results that cannot be written", () =>
  inFolder({ "short.sop": short }, (folder) => {
    const trained = shell(folder, "set -o pipefail; $SOP train short.sop 2>&1 | head -c 1");
    assert.is(trained.status, 0, trained.stderr);
    assert.is(JSON.parse(readFileSync(join(folder, "runs", "small", "run.json"), "utf8")).status, "finished");
    for (const line of ["$SOP eval short.sop | true", "$SOP predict short.sop --split train | head -1", "$SOP explain | head -1", "$SOP train short.sop 2>&- >&-"]) {
      const { status, stderr } = shell(folder, `set -o pipefail; ${line}`);
      assert.is(status, 0, `${line}: ${stderr}`);
      assert.is(stderr, "", line);
    }
    if (existsSync("/dev/full")) {
      clear(shell(folder, "$SOP eval short.sop > /dev/full"), /standard output cannot be written: no space is left/i);
      clear(shell(folder, "$SOP explain > /dev/full"), /standard output cannot be written: no space is left/);
      assert.is(shell(folder, "$SOP eval short.sop 2> /dev/full").status, 0);
      // What writes nothing there has nothing to complain of, and what does is told of once.
      assert.is(shell(folder, "$SOP check short.sop > /dev/full").status, 0);
      assert.is(shell(folder, "$SOP predict short.sop --split test > /dev/full").stderr.match(/cannot be written/gi)?.length, 1);
    }
    clear(shell(folder, "mkdir -p deeper; cd deeper; $SOP eval ../short.sop small --runs-dir none"), /sop train \.\.\/short\.sop small/);
    const piped = shell(folder, "mkfifo pipe; cat pipe & $SOP predict short.sop --split test --out pipe; wait");
    assert.match(piped.stdout, /^row,digit,/m);
    assert.ok(lstatSync(join(folder, "pipe")).isFIFO(), "a pipe is written to, not replaced");
    writeFileSync(join(folder, "real.csv"), "old");
    symlinkSync("real.csv", join(folder, "link.csv"));
    assert.is(sop(folder, ["predict", "short.sop", "--split", "test", "--out", "link.csv"]).status, 0);
    assert.ok(lstatSync(join(folder, "link.csv")).isSymbolicLink());
    assert.match(readFileSync(join(folder, "real.csv"), "utf8"), /^row,digit/);
    clear(sop(folder, ["predict", "short.sop", "--in", "pipe"], { timeout: 20_000 }), /`pipe` is not a regular file/);
    clear(sop(folder, ["fmt", "--stdin"], { input: Uint8Array.of(0x6c, 0xff) }), /standard input is not UTF-8/);
    clear(sop(folder, ["fmt", "--stdin"], { input: new Uint8Array(9_000_000) }), /more than the 8388608 bytes/);
    clear(shell(folder, "$SOP fmt --stdin < runs"), /standard input cannot be read: it is a folder/);
  }));

test("odd places: names with every character, links, folders that are gone or in the way", () => {
  const place = "we ird/ü#1?x%20y%zz";
  return inFolder({ [`${place}/a #?%41.sop`]: short, "short.sop": short }, (folder) => {
    const odd = join(folder, place);
    for (const args of [["train", "a #?%41.sop", "--quiet"], ["eval", "a #?%41.sop"], ["export", "a #?%41.sop", "-o", "m #%.safetensors"]]) {
      const { status, stderr } = sop(odd, args);
      assert.is(status, 0, stderr);
    }
    assert.ok(existsSync(join(odd, "m #%.safetensors")));
    symlinkSync("short.sop", join(folder, "link.sop"));
    assert.is(sop(folder, ["train", "link.sop", "--smoke"]).status, 0);
    for (const command of ["train short.sop", "new x", "backends", "--version"]) {
      const gone = shell(folder, `mkdir gone; cd gone; rmdir ../gone; $SOP ${command.replace("short.sop", join(folder, "short.sop"))}`);
      if (command === "backends" || command === "--version") assert.is(gone.status, 0, gone.stderr);
      else clear(gone, /the current folder does not exist any more\nhelp: Change to another folder/i);
    }
    clear(sop(folder, ["train", "short.sop", "--smoke"], { env: { TMPDIR: join(folder, "none") } }), /none` cannot be written[^]*TMPDIR/);
    mkdirSync(join(folder, "runs"));
    writeFileSync(join(folder, "runs", "small"), "a file in the way");
    for (const flag of ["--quiet", "--fresh"]) clear(sop(folder, ["train", "short.sop", flag]), /runs\/small/);
    assert.is(readFileSync(join(folder, "runs", "small"), "utf8"), "a file in the way");
    clear(sop(folder, ["train", "short.sop", "--runs-dir", "x".repeat(300)]), /its name is too long/);
    clear(sop(folder, ["check", `${"x".repeat(300)}.sop`]), /its name is too long/);
    clear(sop(folder, ["check", "a\u001b[31m\n.sop"]), /`a␛\[31m␊\.sop` cannot be read: it does not exist/);
  });
});

test.run();
