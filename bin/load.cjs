"use strict";
// Loads the command's script together with what V8 compiled of it in an earlier start, kept in dist/code/. `sop check` of a small file
// takes half as long with it. Node's own compile cache keeps only what it compiles at the start, a quarter of what a command runs.

const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { basename, dirname, join } = require("node:path");
const { getHeapCodeStatistics, getHeapSpaceStatistics, setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");
const { crc32 } = require("node:zlib");

/** Commands that run different code; every other word shares nothing worth keeping. */
const commands = ["build", "check", "explain", "fix", "fmt", "graph", "lsp", "prove", "summary", "train"];
const ID_LENGTH = 64;

/** Commands that are over before V8's optimizing compiler has earned its cost. */
const brief = ["check", "explain", "fix", "fmt", "graph", "summary"];

// Flags are set before anything is loaded, as V8 takes compiled code only under the flags that it was made with.
function flagsOf(command) {
  const hasMaglev = process.config.variables.v8_enable_maglev === 1;
  // Left to itself V8 collects so rarely that most of the server's memory is what nobody needs any more, and its space for new objects grows with
  // each check. Newer ones need more, and keep 25 MB less without the second of their three compilers; keystrokes do not feel it.
  if (command === "lsp") return ["--semi-space-growth-factor=1", ...(hasMaglev ? ["--heap-growing-percent=15", "--no-maglev"] : ["--heap-growing-percent=30"])];
  // Of a check of 1,000 lines the optimizing compiler takes a tenth, of one of 8,000 as well. Node 24 has a cheaper one before it, which is enough;
  // Node 20 and 22 have only this one, so there it begins later, which each says in its own words.
  if (!brief.includes(command)) return [];
  const optimizer = hasMaglev ? ["--no-opt"] : process.versions.v8.startsWith("11.") ? ["--interrupt-budget=300000"] : ["--invocation-count-for-turbofan=10000", "--invocation-count-for-osr=2000"];
  // Much of what a check makes stays to its end, and is copied twice at each collection of new objects: with more space for them there are fewer.
  return ["--semi-space-growth-factor=8", ...optimizer];
}

/** What the CommonJS script `file` exports: a function around it, in ASCII, whose last line is the id of its build. */
function load(file, command) {
  for (const flag of flagsOf(command)) setFlagsFromString(flag);
  const source = readFileSync(file, "latin1");
  const code = commands.includes(command) ? codeFile(file, source, command) : null;
  const kept = code === null ? undefined : readOrNothing(code);
  const script = new Script(source, { filename: file, cachedData: kept?.code });
  if (code !== null) keepLater(code, script, command, kept === undefined || script.cachedDataRejected === true ? 0 : kept.compiled);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file);
  return module.exports;
}

// V8 asks of a script only whether its length is right, so the name has to tell one build from another.
function codeFile(file, source, command) {
  const id = source.trimEnd().slice(-ID_LENGTH);
  return join(dirname(file), "code", `${basename(file, ".cjs")}-${command}-${process.version}-${process.arch}-${id.slice(0, 16)}.bin`);
}

// A kept file ends with how much was compiled when it was made, and a sum of all before. V8 runs what it is given: one damaged byte and it ends
// the process, so the sum is looked at first.
const NUMBER = 4;

function readOrNothing(file) {
  try {
    const bytes = readFileSync(file);
    const summed = bytes.subarray(0, -NUMBER);
    if (bytes.length <= 2 * NUMBER || bytes.readUInt32LE(summed.length) !== crc32(summed)) return undefined;
    return { code: bytes.subarray(0, -2 * NUMBER), compiled: bytes.readUInt32LE(bytes.length - 2 * NUMBER) };
  } catch {
    return undefined;
  }
}

// What is kept grows with what commands come to run: the first check may have been of four lines.
const GROWTH = 100_000;
// A server runs until its editor is closed, when V8 has thrown away what the start ran.
const SERVER_MS = 5_000;

/** Keeps what was compiled when the command is over, if there is much more of it than `known` bytes. */
function keepLater(file, script, command, known) {
  let isKept = false;
  const keepOnce = () => {
    const compiled = compiledBytes();
    if (isKept || compiled - known < GROWTH) return;
    isKept = true;
    keep(file, script, compiled);
  };
  if (command === "lsp") setTimeout(keepOnce, SERVER_MS).unref();
  process.once("exit", keepOnce);
}

/** How much V8 has compiled. Its own count takes 4 ms; newer versions have a space for what they compile, with little else in it. */
function compiledBytes() {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === "trusted_space");
  return space === undefined ? getHeapCodeStatistics().bytecode_and_metadata_size : space.space_used_size;
}

/** Writes beside the place and renames, so that no start reads half a file; where dist/ cannot be written, every start compiles. */
function keep(file, script, compiled) {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const numbers = Buffer.alloc(2 * NUMBER);
    numbers.writeUInt32LE(compiled);
    const bytes = Buffer.concat([script.createCachedData(), numbers]);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -NUMBER)), bytes.length - NUMBER);
    writeFileSync(temporary, bytes);
    renameSync(temporary, file);
  } catch {
    // It is only slower without.
  }
}

module.exports = { load };
