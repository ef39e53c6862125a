// Loads the command's script together with what V8 compiled of it in an earlier start, kept in dist/code/. `sop check` of a small file
// takes half as long with it. Node's own compile cache keeps only what it compiles at the start, a quarter of what a command runs.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";

/** Commands that run different code; every other word shares nothing worth keeping. */
const commands = ["build", "check", "explain", "fix", "fmt", "graph", "prove", "summary", "train"];
const ID_LENGTH = 64;

/** What the CommonJS script `file` exports. Its last line is the id of its build. */
export function load(file, command) {
  const source = readFileSync(file, "utf8");
  const code = commands.includes(command) ? codeFile(file, source, command) : null;
  const cachedData = code === null ? undefined : readOrNothing(code);
  const script = new Script(`(function (exports, require, module, __filename) {${source}\n})`, {
    filename: file,
    cachedData,
  });
  if (code !== null && (cachedData === undefined || script.cachedDataRejected)) process.once("exit", () => keep(code, script));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file);
  return module.exports;
}

// V8 asks of a script only whether its length is right, so the name has to tell one build from another.
function codeFile(file, source, command) {
  const id = source.trimEnd().slice(-ID_LENGTH);
  return join(dirname(file), "code", `${command}-${process.version}-${process.arch}-${id.slice(0, 16)}.bin`);
}

function readOrNothing(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Writes beside the place and renames, so that no start reads half a file; where dist/ cannot be written, every start compiles. */
function keep(file, script) {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, file);
  } catch {
    // It is only slower without.
  }
}
