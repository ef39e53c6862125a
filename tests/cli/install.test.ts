// Installing: from a fresh clone with install scripts blocked, and from the package that `npm pack` makes. Needs the package registry.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startClient } from "../../bench/support/lsp-client.js";
import { inFolder } from "../support/sop.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program of npm's; fails with its output. */
function npm(folder: string, program: "npm" | "npx", args: readonly string[], more: NodeJS.ProcessEnv = {}): string {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1", ...more };
  // What npm tells its scripts of this project must not reach the npm of another one.
  for (const name of Object.keys(env)) if (/^(npm_(config_local_prefix|package_|lifecycle_|config_prefix|config_onnx)|ONNXRUNTIME_NODE_)/i.test(name)) delete env[name];
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", env, timeout: 300_000, shell: process.platform === "win32" });
  assert.is(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

/** An environment in which what install scripts download is refused, and nothing tells them to leave it. */
const refusing: NodeJS.ProcessEnv = { GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9" };

/** Copies what a clone has: no installed packages, nothing that was built. */
function clone(to: string): void {
  const left = new Set(["node_modules", "dist", ".git", "runs", "build"]);
  cpSync(root, to, { recursive: true, filter: (path) => !relative(root, path).split(/[/\\]/).some((part) => left.has(part)) && !path.endsWith(".tgz") });
}

const packed = mkdtempSync(join(tmpdir(), "sop-packed-"));
test.after(() => rmSync(packed, { recursive: true, force: true }));

/** The package as a file, made once. */
function pack(): string {
  const find = (): string | undefined => readdirSync(packed).find((name) => name.endsWith(".tgz"));
  if (find() === undefined) npm(root, "npm", ["pack", "--pack-destination", packed]);
  return join(packed, find() ?? "");
}

test("a fresh clone works after npm install with scripts blocked, from any folder", () =>
  inFolder({}, async (folder) => {
    const copy = join(folder, "sop");
    clone(copy);
    npm(copy, "npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]);
    assert.not.ok(existsSync(join(copy, "dist")));
    const bin = join(copy, "bin", "sop.cjs");
    const check = spawnSync(process.execPath, [bin, "check", join(copy, "examples", "digits", "digits.sop")], { cwd: folder, encoding: "utf8" });
    assert.is(check.status, 0, check.stderr);
    assert.ok(existsSync(join(copy, "dist", "cli.cjs")));
    assert.match(npm(copy, "npx", ["sop", "--version"]), /^\d+\.\d+\.\d+/);

    // What is kept of the command's code grows when a text uses more of it, and stays when it does not.
    const code = join(copy, "dist", "code");
    const [kept = ""] = readdirSync(code);
    const keptAfter = (file: string): Buffer => {
      assert.is(spawnSync(process.execPath, [bin, "check", file], { cwd: folder }).status, 0, file);
      return readFileSync(join(code, kept));
    };
    writeFileSync(join(folder, "little.sop"), "let one = 1\n");
    rmSync(join(code, kept));
    const little = keptAfter("little.sop");
    const sound = keptAfter(join(copy, "examples", "digits", "digits.sop"));
    assert.ok(sound.length > little.length * 1.1, `${sound.length} after ${little.length}`);
    assert.ok(keptAfter("little.sop").equals(sound));
    // So is that of the language server, and taken the next time.
    const keptBySession = async (): Promise<number> => {
      await (await startClient([], {}, [process.execPath, bin, "lsp"])).stop();
      return statSync(join(code, readdirSync(code).find((name) => name.startsWith("lsp")) ?? "")).mtimeMs;
    };
    assert.is(await keptBySession(), await keptBySession());

    // Compiled code that is kept and damaged is made anew.
    for (const damaged of [sound.map((byte, index) => (index === sound.length >> 1 ? byte ^ 1 : byte)), sound.subarray(0, sound.length >> 1), sound.subarray(0, 2)]) {
      writeFileSync(join(code, kept), damaged);
      const again = spawnSync(process.execPath, [bin, "check", join(copy, "examples", "digits", "digits.sop")], { encoding: "utf8" });
      assert.is(again.status, 0, again.stderr);
      assert.is(readFileSync(join(code, kept)).length > sound.length / 2, true, "it is kept again");
    }

    // A changed source is built in; the stamp says so once.
    const stamp = readFileSync(join(copy, "dist", "stamp.json"), "utf8");
    const source = join(copy, "compiler", "cli", "failure.ts");
    writeFileSync(source, `${readFileSync(source, "utf8")}\n`);
    assert.is(spawnSync(process.execPath, [bin, "--version"], { encoding: "utf8" }).status, 0);
    assert.is.not(readFileSync(join(copy, "dist", "stamp.json"), "utf8"), stamp);
  }));

test("the package installs in an empty folder, and a new project trains there", () =>
  inFolder({}, (folder) => {
    const place = join(folder, "place");
    mkdirSync(place);
    const tarball = pack();
    npm(place, "npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", tarball]);
    const installed = readdirSync(join(place, "node_modules", "sop"));
    for (const left of ["tests", "compiler"]) assert.not.ok(installed.includes(left), left);
    const pages: Readonly<Record<string, readonly string[]>> = { bench: ["README.md", "figures"], editors: ["README.md", "neovim"], grammar: ["README.md", "sop.tmLanguage.json"], runtime: ["backends"], "runtime/backends": ["README.md"] };
    for (const [documented, expected] of Object.entries(pages)) assert.equal(readdirSync(join(place, "node_modules", "sop", documented)).sort(), expected);

    npm(place, "npx", ["sop", "new", "demo"]);
    const demo = join(place, "demo");
    const { devDependencies } = JSON.parse(readFileSync(join(demo, "package.json"), "utf8"));
    assert.is(basename(devDependencies.sop), basename(tarball));
    npm(demo, "npx", ["sop", "train", "--smoke"]);
    npm(demo, "npm", ["run", "check"]);

    // The other doors of the package.
    writeFileSync(join(place, "use.mjs"), 'import { check } from "sop";\nimport * as runtime from "sop/runtime";\nif (typeof check !== "function" || typeof runtime.main !== "function") process.exit(1);\n');
    assert.is(spawnSync(process.execPath, ["use.mjs"], { cwd: place, encoding: "utf8" }).status, 0);
  }));

test("where the engine's download fails npm leaves the engine out, programs run without it, and the advice they give brings it", () =>
  inFolder({}, (folder) => {
    const place = join(folder, "place");
    mkdirSync(place);
    const tarball = pack();
    writeFileSync(join(place, "package.json"), '{ "private": true }');
    npm(place, "npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], refusing);
    const engine = join(place, "node_modules", "onnxruntime-node");
    const sop = join(place, "node_modules", "sop", "bin", "sop.cjs");
    npm(place, "npx", ["sop", "new", "demo"]);
    const smoke = (): string => {
      const { status, stderr } = spawnSync(process.execPath, [sop, "train", "--smoke"], { cwd: join(place, "demo"), encoding: "utf8" });
      assert.is(status, 0, stderr);
      return stderr;
    };
    // Newer versions of npm run no scripts, and the engine needs none.
    if (process.platform === "linux" && process.arch === "x64" && Number.parseInt(npm(place, "npm", ["--version"])) < 12) assert.not.ok(existsSync(engine));
    if (!existsSync(engine)) {
      const [, advice = ""] = /^backend cpu instead of onnx: onnxruntime-node is not installed\. Run `npm (.*)` to train about 5 times faster\.\n$/.exec(smoke()) ?? [];
      const before = readFileSync(join(place, "package.json"), "utf8");
      npm(place, "npm", [...advice.split(" "), "--prefer-offline", "--no-audit", "--no-fund"], refusing);
      assert.is(readFileSync(join(place, "package.json"), "utf8"), before);
    }
    assert.ok(existsSync(engine));
    assert.not.match(smoke(), /backend/);
    // What npm does later does not take it away again.
    npm(place, "npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], refusing);
    assert.not.match(smoke(), /backend/);
  }));

test.run();
