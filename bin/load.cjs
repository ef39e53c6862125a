"use strict";
// Loads the command's script together with what V8 compiled of it in an earlier start, kept in dist/code/. `sop check` of a small file
// takes half as long with it. Node's own compile cache keeps only what it compiles at the start, a quarter of what a command runs.

const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { basename, dirname, join } = require("node:path");
const { getHeapCodeStatistics, setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");
const { crc32 } = require("node:zlib");

/** Commands that run different code; every other word shares nothing worth keeping. */
const commands = ["build", "check", "explain", "fix", "fmt", "graph", "lsp", "prove", "summary", "train"];
const ID_LENGTH = 64;

/** Commands that are over before V8's optimizing compiler has earned its cost. */
const brief = ["check", "explain", "fix", "fmt", "graph", "summary"];

// Flags are set before anything is loaded, as V8 takes compiled code only under the flags that it was made with.
function flagsOf(command) {
  // Left to itself V8 collects so rarely that most of the server's memory is what nobody needs any more, and its space for new objects grows with
  // each check.
  if (command === "lsp") return ["--heap-growing-percent=30", "--semi-space-growth-factor=1"];
  // Of a check of 1,000 lines the optimizing compiler takes a tenth, of one of 8,000 as well. Node 24 has a cheaper one before it, which is enough;
  // Node 20 has only this one, so there it begins later. Node 22 gains nothing by either.
  if (!brief.includes(command)) return [];
  if (process.config.variables.v8_enable_maglev === 1) return ["--no-opt"];
  return process.versions.v8.startsWith("11.") ? ["--interrupt-budget=300000"] : [];
}

/** What the CommonJS script `file` exports: a function around it, in ASCII, whose last line is the id of its build. */
function load(file, command) {
  for (const flag of flagsOf(command)) setFlagsFromString(flag);
  const source = readFileSync(file, "latin1");
  const code = commands.includes(command) ? codeFile(file, source, command) : null;
  const cachedData = code === null ? undefined : readOrNothing(code);
  const script = new Script(source, { filename: file, cachedData });
  if (code !== null) keepLater(code, script, command, cachedData === undefined || script.cachedDataRejected === true);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file);
  return module.exports;
}

// V8 asks of a script only whether its length is right, so the name has to tell one build from another.
function codeFile(file, source, command) {
  const id = source.trimEnd().slice(-ID_LENGTH);
  return join(dirname(file), "code", `${command}-${process.version}-${process.arch}-${id.slice(0, 16)}.bin`);
}

// V8 runs what it is given: one damaged byte and it ends the process. The sum that the file ends with is looked at first.
const SUM_LENGTH = 4;

function readOrNothing(file) {
  try {
    const bytes = readFileSync(file);
    const code = bytes.subarray(0, -SUM_LENGTH);
    return bytes.length > SUM_LENGTH && bytes.readUInt32LE(code.length) === crc32(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

// What is kept grows with what commands come to run: the first check may have been of four lines. Up to 110 KB of Node's own are compiled in every run.
const GROWTH = 150_000;
// A server runs until its editor is closed, when V8 has thrown away what the start ran.
const SERVER_MS = 5_000;

function keepLater(file, script, command, isNew) {
  const size = () => getHeapCodeStatistics().bytecode_and_metadata_size;
  const before = size();
  let isKept = false;
  const keepOnce = () => {
    if (isKept || (!isNew && size() - before < GROWTH)) return;
    isKept = true;
    keep(file, script);
  };
  if (command === "lsp") setTimeout(keepOnce, SERVER_MS).unref();
  process.once("exit", keepOnce);
}

/** Writes beside the place and renames, so that no start reads half a file; where dist/ cannot be written, every start compiles. */
function keep(file, script) {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const code = script.createCachedData();
    const sum = Buffer.alloc(SUM_LENGTH);
    sum.writeUInt32LE(crc32(code));
    writeFileSync(temporary, Buffer.concat([code, sum]));
    renameSync(temporary, file);
  } catch {
    // It is only slower without.
  }
}

module.exports = { load };
