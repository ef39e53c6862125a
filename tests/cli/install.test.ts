// Installing: from a fresh clone with install scripts blocked, and from the package that `npm pack` makes. Needs the package registry.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder } from "../support/sop.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program of npm's; fails with its output. */
function npm(folder: string, program: "npm" | "npx", args: readonly string[]): string {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" };
  // What npm tells its scripts of this project must not reach the npm of another one.
  for (const name of Object.keys(env)) if (/^npm_(config_local_prefix|package_|lifecycle_|config_prefix)/.test(name)) delete env[name];
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", env, timeout: 300_000, shell: process.platform === "win32" });
  assert.is(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

/** Copies what a clone has: no installed packages, nothing that was built. */
function clone(to: string): void {
  const left = new Set(["node_modules", "dist", ".git", "runs", "build"]);
  cpSync(root, to, { recursive: true, filter: (path) => !relative(root, path).split(/[/\\]/).some((part) => left.has(part)) && !path.endsWith(".tgz") });
}

test("a fresh clone works after npm install with scripts blocked, from any folder", () =>
  inFolder({}, (folder) => {
    const copy = join(folder, "sop");
    clone(copy);
    npm(copy, "npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]);
    assert.not.ok(existsSync(join(copy, "dist")));
    const bin = join(copy, "bin", "sop.mjs");
    const check = spawnSync(process.execPath, [bin, "check", join(copy, "examples", "digits", "digits.sop")], { cwd: folder, encoding: "utf8" });
    assert.is(check.status, 0, check.stderr);
    assert.ok(existsSync(join(copy, "dist", "cli.mjs")));
    assert.match(npm(copy, "npx", ["sop", "--version"]), /^\d+\.\d+\.\d+/);

    // A changed source is built in; the stamp says so once.
    const stamp = readFileSync(join(copy, "dist", "stamp.json"), "utf8");
    const source = join(copy, "compiler", "cli", "failure.ts");
    writeFileSync(source, `${readFileSync(source, "utf8")}\n`);
    assert.is(spawnSync(process.execPath, [bin, "--version"], { encoding: "utf8" }).status, 0);
    assert.is.not(readFileSync(join(copy, "dist", "stamp.json"), "utf8"), stamp);
  }));

test("the package installs in an empty folder, and a new project trains there", () =>
  inFolder({}, (folder) => {
    const packed = join(folder, "packed");
    const place = join(folder, "place");
    mkdirSync(packed);
    mkdirSync(place);
    npm(root, "npm", ["pack", "--pack-destination", packed]);
    const [tarball = ""] = readdirSync(packed).filter((name) => name.endsWith(".tgz"));
    npm(place, "npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", join(packed, tarball)]);
    const installed = readdirSync(join(place, "node_modules", "sop"));
    for (const left of ["tests", "compiler", "runtime"]) assert.not.ok(installed.includes(left), left);
    for (const documented of ["bench", "grammar"]) assert.equal(readdirSync(join(place, "node_modules", "sop", documented)), ["README.md"]);

    npm(place, "npx", ["sop", "new", "demo"]);
    const demo = join(place, "demo");
    const { devDependencies } = JSON.parse(readFileSync(join(demo, "package.json"), "utf8"));
    assert.is(basename(devDependencies.sop), tarball);
    npm(demo, "npx", ["sop", "train", "--smoke"]);
    npm(demo, "npm", ["run", "check"]);

    // The other doors of the package.
    writeFileSync(join(place, "use.mjs"), 'import { check } from "sop";\nimport * as runtime from "sop/runtime";\nif (typeof check !== "function" || typeof runtime.main !== "function") process.exit(1);\n');
    assert.is(spawnSync(process.execPath, ["use.mjs"], { cwd: place, encoding: "utf8" }).status, 0);
  }));

test.run();
