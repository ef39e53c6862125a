// From `sop new` to predictions with the real command; and what can go wrong with data and folders on the way.

import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, sop, sopCommand } from "../support/sop.js";
import type { Outcome } from "../support/sop.js";

/** A program that trains in a second or two. */
const small = (data: string): string => `data rows = ${data} {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

model Small(k: int = 2) overparam k {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(8) |> relu |> dense(10)
}

recipe quick {
  loss      cross_entropy(digit, label)
  metrics   accuracy(digit, label)
  optimizer adamw(lr: 1e-2)
  batch     32
  epochs    2
}

train first: Small on rows { use quick; seed 1 }

train second: Small(k: 1) on rows { use quick; seed 1 }
`;
const synthetic = small('synthetic("digits", rows: 300, seed: 0)');
const idx = small('idx("images.gz", "labels.gz")');

function images(rows: number, declared = rows): Uint8Array {
  const bytes = Buffer.alloc(16 + rows * 784);
  bytes.writeUInt32BE(0x803, 0);
  [declared, 28, 28].forEach((size, axis) => bytes.writeUInt32BE(size, 4 + 4 * axis));
  for (let at = 16; at < bytes.length; at += 1) bytes[at] = (at * 31) % 251;
  return bytes;
}
function labels(rows: number, label: (row: number) => number = (row) => row % 10): Uint8Array {
  const bytes = Buffer.alloc(8 + rows);
  bytes.writeUInt32BE(0x801, 0);
  bytes.writeUInt32BE(rows, 4);
  for (let row = 0; row < rows; row += 1) bytes[8 + row] = label(row);
  return bytes;
}

function clear(outcome: Outcome, expected: RegExp, status = 1): void {
  assert.is(outcome.status, status, outcome.stderr + outcome.stdout);
  assert.match(outcome.stderr, expected);
  assert.not.match(outcome.stderr, /\n\s+at .*:\d+:\d+|fault of sop/);
}

test("a new project trains, evaluates, predicts and exports", () =>
  inFolder({}, (folder) => {
    const made = sop(folder, ["new", "demo"]);
    assert.is(made.status, 0, made.stderr);
    const demo = join(folder, "demo");
    assert.equal(readdirSync(demo).sort(), [".gitignore", "README.md", "model.sop", "package.json", "tsconfig.json"]);
    assert.is(sop(demo, ["check"]).stderr, "model.sop: no errors\n");
    assert.is(sop(demo, ["fmt", "--check"]).status, 0);
    const smoke = sop(demo, ["train", "--smoke"]);
    assert.is(smoke.status, 0, smoke.stderr);
    clear(sop(folder, ["new", "demo"]), /not empty/);
    writeFileSync(join(folder, "file"), "");
    clear(sop(folder, ["new", "file"]), /is a file/);
  }));

test("a run is trained once; its folded model is evaluated and exported", () =>
  inFolder({ "a.sop": synthetic }, (folder) => {
    const trained = sop(folder, ["train", "a.sop"]);
    assert.is(trained.status, 0, trained.stderr);
    assert.match(trained.stdout, /accuracy/);
    assert.match(trained.stdout + trained.stderr, /runs\/first/);
    for (const name of ["program.ts", "program.mjs", "program.mjs.map"]) assert.ok(existsSync(join(folder, "build", "a", name)), name);
    const model = (run: string): string => join(folder, "runs", run, "model.safetensors");
    assert.is(statSync(model("first")).size, statSync(model("second")).size, "the folded model has the size of the plain one");

    const before = readFileSync(model("first"));
    const again = sop(folder, ["train", "a.sop", "first"]);
    assert.is(again.status, 0, again.stderr);
    assert.equal(readFileSync(model("first")), before);
    const fresh = sop(folder, ["train", "a.sop", "first", "--fresh"]);
    assert.is(fresh.status, 0, fresh.stderr);
    assert.equal(readFileSync(model("first")), before, "the same seed gives the same bytes");

    const evaluated = sop(folder, ["eval", "a.sop", "first"]);
    assert.is(evaluated.status, 0, evaluated.stderr);
    assert.match(evaluated.stdout, /accuracy/);
    const exported = sop(folder, ["export", "a.sop", "first", "--to", "safetensors", "-o", "out.safetensors"]);
    assert.is(exported.status, 0, exported.stderr);
    assert.ok(existsSync(join(folder, "out.safetensors")));

    clear(sop(folder, ["train", "a.sop", "frist"]), /no run `frist`[^]*Did you mean `first`\?/, 2);
    clear(sop(folder, ["eval", "a.sop"]), /takes one run[^]*first, second/, 2);
  }));

test("an interrupt reaches the program, which saves and leaves with 130; the next start ends with the same bytes", () =>
  inFolder({ "a.sop": synthetic.replace("epochs    2", "epochs    40"), "b/a.sop": synthetic.replace("epochs    2", "epochs    40") }, async (folder) => {
    assert.is(sop(folder, ["build", "a.sop"]).status, 0);
    const child = spawn(process.execPath, [sopCommand, "train", "a.sop", "first"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let told = "";
    child.stdout.resume();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      // The first evaluation is behind it, most of the run before it.
      if (!/step /.test(told) && /step /.test(told + text)) child.kill("SIGINT");
      told += text;
    });
    const status = await new Promise((resolve) => child.on("close", resolve));
    assert.is(status, 130, told);
    assert.not.ok(existsSync(join(folder, "runs", "first", "model.safetensors")), told);
    const resumed = sop(folder, ["train", "a.sop", "first"]);
    assert.is(resumed.status, 0, resumed.stderr);
    const whole = sop(join(folder, "b"), ["train", "a.sop", "first"]);
    assert.is(whole.status, 0, whole.stderr);
    assert.equal(readFileSync(join(folder, "runs", "first", "model.safetensors")), readFileSync(join(folder, "b", "runs", "first", "model.safetensors")));
  }));

test("a build is repeated only if something changed, and gives the same bytes", () =>
  inFolder({ "a.sop": synthetic }, (folder) => {
    const built = sop(folder, ["build", "a.sop", "-o", "out", "--emit", "ts,ir"]);
    assert.is(built.status, 0, built.stderr);
    assert.equal(built.stdout.trim().split("\n").sort(), ["out/program.ir", "out/program.ts", "out/program.ts.map"]);
    const first = readFileSync(join(folder, "out", "program.ts"), "utf8");
    assert.match(sop(folder, ["build", "a.sop", "-o", "out", "--emit", "ts,ir"]).stderr, /up to date/);
    writeFileSync(join(folder, "out", "program.ts"), "changed");
    assert.is(sop(folder, ["build", "a.sop", "-o", "out", "--emit", "ts,ir"]).status, 0);
    assert.is(readFileSync(join(folder, "out", "program.ts"), "utf8"), first);

    const dump = sop(folder, ["build", "a.sop", "-o", "out", "--emit", "ir", "--dump-after", "majority-kernels", "--verify"]);
    assert.is(dump.status, 0, dump.stderr);
    assert.match(dump.stdout, /set\(2/);
    clear(sop(folder, ["build", "a.sop", "-o", "out", "--dump-after", "majority-kernel"]), /majority-kernels/, 2);
    clear(sop(folder, ["build", "a.sop", "--emit", "exe"]), /`exe`/, 2);
  }));

test("data files that are wrong are named with what was expected and found", () =>
  inFolder({ "a.sop": idx, "images.gz": gzipSync(images(100)), "labels.gz": gzipSync(labels(100)) }, (folder) => {
    const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
    const train = (): Outcome => sop(folder, ["train", "a.sop", "first", "--smoke", "--fresh"]);
    assert.is(train().status, 0, train().stderr);

    put("images.gz", gzipSync(images(100)).subarray(0, -40));
    clear(train(), /images\.gz/);
    put("images.gz", gzipSync(images(60, 100)));
    clear(train(), /images\.gz/);
    put("images.gz", Buffer.from("this is no idx file at all, and no gzip either"));
    clear(train(), /images\.gz/);
    put("images.gz", new Uint8Array(0));
    clear(train(), /images\.gz/);
    put("images.gz", images(100));
    assert.is(train().status, 0, "an uncompressed file is read, whatever its name");
    put("labels.gz", gzipSync(labels(100, (row) => (row === 41 ? 12 : 1))));
    clear(train(), /labels\.gz[^]*12/);
    put("labels.gz", gzipSync(labels(99)));
    clear(train(), /99|100/);
  }));

test("a missing data file is named with the folder it was looked for in", () =>
  inFolder({ "a.sop": idx, "elsewhere/x": "" }, (folder) => {
    clear(sop(folder, ["train", "a.sop", "first"]), /images\.gz/);
    clear(sop(folder, ["train", "a.sop", "first", "--data-dir", "elsewhere"]), /elsewhere/);
    assert.not.ok(existsSync(join(folder, "runs", "first", "model.safetensors")));
  }));

test("a bad cell of a CSV file is named by row and column", () => {
  const program = `data rows = csv("rows.csv") {
  fields width: f32, kind: class["a", "b"]
  split  train 80%, valid 10%, test 10%
}

model M {
  input  width: f32
  output k: f32[2] = width |> reshape([1]) |> dense(2)
}

train first: M on rows {
  loss      cross_entropy(k, kind)
  optimizer sgd(lr: 0.1)
  batch     4
  steps     2
}
`;
  const rows = Array.from({ length: 40 }, (_, row) => (row === 16 ? "wide,a" : `${row}.5,${row % 2 === 0 ? "a" : "b"}`));
  return inFolder({ "a.sop": program, "rows.csv": `width,kind\n${rows.join("\n")}\n` }, (folder) => {
    clear(sop(folder, ["train", "a.sop"]), /Column `width` of row 17 \(line 18\) of `rows\.csv` holds `wide`/);
  });
});

test("folders that cannot be written are named, and nothing is left by halves", () =>
  inFolder({ "a.sop": synthetic, "runs": "a file in the way" }, (folder) => {
    clear(sop(folder, ["train", "a.sop", "first"]), /runs/);
    writeFileSync(join(folder, "blocked"), "");
    clear(sop(folder, ["build", "a.sop", "-o", "blocked"]), /`blocked\/program\.[a-z.]+` cannot be written: .*\n.*`-o`/);
    if (process.getuid?.() !== 0) {
      mkdirSync(join(folder, "locked"));
      chmodSync(join(folder, "locked"), 0o500);
      clear(sop(folder, ["build", "a.sop", "-o", "locked"]), /permission is denied/);
      assert.equal(readdirSync(join(folder, "locked")), []);
      chmodSync(join(folder, "locked"), 0o700);
    }
  }));

test.run();
