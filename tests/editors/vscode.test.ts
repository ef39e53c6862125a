// The extension for Visual Studio Code: it type-checks and packs as its own command packs it, with its own packages; its declarations, snippets
// and rules are held to the language; which `sop` it runs. The packages are installed once into node_modules/.cache, for a test as for a release.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CodeLensRequest } from "vscode-languageserver-protocol/node";
import { parse } from "../../compiler/ast/parse.js";
import { format } from "../../compiler/ast/format.js";
import { declarationItems } from "../../compiler/services/completion/heads.js";
import { wordsFor, runNames } from "../../editors/vscode/src/plain/command-words.js";
import { findSop, type Surroundings } from "../../editors/vscode/src/plain/find-sop.js";
import type { GraphAnswer } from "../../editors/vscode/src/plain/graph-messages.js";
import { zipEntries } from "../../runtime/data/zip.js";
import { startClient } from "../../bench/support/lsp-client.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const extension = join(root, "editors", "vscode");
const read = (path: string): string => readFileSync(join(extension, path), "utf8");
const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}
const manifest = JSON.parse(read("package.json")) as Manifest;

/** The extension's packages, by its lock file. */
async function packages(): Promise<string> {
  const key = createHash("sha256").update(read("package-lock.json")).digest("hex").slice(0, 16);
  const folder = join(root, "node_modules", ".cache", `sop-vscode-${key}`);
  if (existsSync(folder)) return join(folder, "node_modules");
  const unfinished = mkdtempSync(join(mkdirs(join(root, "node_modules", ".cache")), "sop-vscode-"));
  for (const file of ["package.json", "package-lock.json"]) cpSync(join(extension, file), join(unfinished, file));
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: unfinished });
  renameSync(unfinished, folder);
  return join(folder, "node_modules");
}

function mkdirs(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

test("it type-checks, and its package has what it needs and no more", async () => {
  const clone = mkdtempSync(join(tmpdir(), "sop-vscode-"));
  try {
    const copy = join(clone, "editors", "vscode");
    cpSync(extension, copy, { recursive: true, filter: (path) => !/[/\\](node_modules|dist)$|\.vsix$/.test(path) });
    cpSync(join(root, "grammar", "sop.tmLanguage.json"), join(mkdirs(join(clone, "grammar")), "sop.tmLanguage.json"));
    symlinkSync(await packages(), join(copy, "node_modules"));
    await run("npm", ["run", "types"], { cwd: copy });
    await run("npm", ["run", "package"], { cwd: copy });
    const file = join(copy, `sop-${manifest.version}.vsix`);
    const entries = zipEntries(readFileSync(file), file);
    assert.equal([...entries.keys()].sort(), [
      "[Content_Types].xml", "extension.vsixmanifest",
      ...["dist/extension.cjs", "dist/licenses.txt", "dist/page.js", "dist/sop.tmLanguage.json", "icons/sop-dark.svg", "icons/sop-light.svg", "icons/sop.png", "language-configuration.json", "package.json", "readme.md", "snippets/sop.json"].map((path) => `extension/${path}`),
    ]);
    const text = (path: string): string => entries.get(`extension/${path}`)?.read(10_000_000).toString("utf8") ?? "";
    assert.is(text("dist/sop.tmLanguage.json"), readFileSync(join(root, "grammar", "sop.tmLanguage.json"), "utf8"));
    assert.match(text("dist/licenses.txt"), /vscode-languageclient \d.*: MIT/);
    // All that is bundled stands in the bundle: the editor's own module and Node's are what it asks for.
    const asked = new Set([...text("dist/extension.cjs").matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? ""));
    assert.equal([...asked].filter((name) => name !== "vscode" && !isBuiltin(name)), []);
    assert.ok(asked.has("vscode"));
    for (const { command } of manifest.contributes.commands) assert.ok(text("dist/extension.cjs").includes(`"${command}"`), command);
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
});

test("its commands are those of the server's lenses, and nothing is trained in a folder that is not trusted", () => {
  const lenses = readFileSync(join(root, "compiler", "services", "lenses.ts"), "utf8");
  const offered = new Set([...lenses.matchAll(/"(sop\.\w+)"/g)].map((match) => match[1] ?? ""));
  const commands = new Map(manifest.contributes.commands.map(({ command, enablement }) => [command, enablement]));
  assert.ok(offered.size >= 4);
  for (const command of offered) assert.ok(commands.has(command), command);
  for (const command of ["sop.train", "sop.prove"]) assert.is(commands.get(command), "isWorkspaceTrusted");
});

test("the server answers `sop/graph` with what the page is made of, by the name that a lens passes", async () => {
  const uri = pathToFileURL(join(root, "examples", "digits", "digits.sop")).href;
  const text = readFileSync(join(root, "examples", "digits", "digits.sop"), "utf8");
  const client = await startClient([pathToFileURL(root).href]);
  client.open(uri, text);
  const lenses = (await client.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? [];
  const asked = lenses.find(({ command }) => command?.command === "sop.graph" && command.arguments?.[0].name === "cnn")?.command?.arguments?.[0] as { readonly uri: string; readonly name: string };
  const answer = await client.connection.sendRequest<GraphAnswer>("sop/graph", { uri: asked.uri, model: asked.name });
  assert.is(answer.models[answer.chosen ?? -1]?.title, "Convolutional(width: 8, k: 4)");
  assert.match(answer.drawings?.trained ?? "", /^<svg /);
  // A layer within a block of the standard library leads to the call in the file.
  const place = answer.places["n1"];
  assert.equal([place?.uri, text.slice(place?.start, place?.end)], [uri, "conv_block(width, kernel: 3)"]);
  assert.match((await client.connection.sendRequest<GraphAnswer>("sop/graph", { uri: `${uri}.gone`, model: null })).problem ?? "", /not open/);
  assert.equal(client.faults, []);
  assert.is(await client.stop(), 0);
});

test("each snippet is a program in the form that `sop fmt` prints, and none stands beside one of the server's", () => {
  const snippets = JSON.parse(read("snippets/sop.json")) as Readonly<Record<string, { readonly prefix: string; readonly body: readonly string[] }>>;
  const offered = declarationItems().map(({ label }) => label);
  assert.ok(offered.includes("model"));
  for (const [name, { body, prefix }] of Object.entries(snippets)) {
    assert.not.ok(offered.includes(prefix), name);
    const text = `${body.join("\n").replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$0/g, "")}\n`;
    const { value, diagnostics } = parse({ path: "main.sop", text });
    assert.equal(diagnostics, [], name);
    assert.is(format(value, text), text, name);
  }
});

test("a documentation comment goes on on the next line, others do not", () => {
  const { onEnterRules, indentationRules } = JSON.parse(read("language-configuration.json")) as { readonly onEnterRules: readonly { readonly beforeText: string; readonly action: { readonly appendText: string } }[]; readonly indentationRules: Readonly<Record<string, string>> };
  const after = (line: string): string | null => onEnterRules.find(({ beforeText }) => new RegExp(beforeText).test(line))?.action.appendText ?? null;
  assert.equal(["/// A model.", "  /// Its width.", "///", "// why", "//// x", "x = y /// z"].map(after), ["/// ", "/// ", null, null, null, null]);
  const more = new RegExp(indentationRules["increaseIndentPattern"] ?? "");
  assert.equal(["model Net {", "block f(", "x = dense(3)", "// {", 'text("a{")', "}"].map((line) => more.test(line)), [true, true, false, false, false, false]);
});

const around = (files: readonly string[], more: Partial<Surroundings> = {}): Surroundings => ({
  setting: "", node: "node", folders: ["/home/ada/models/deep"], isTrusted: true, path: "/usr/bin:/opt/bin", home: "/home/ada",
  isFile: (path) => files.includes(path),
  realPath: (path) => (path === "/opt/bin/sop" ? "/opt/lib/node_modules/sop/bin/sop.cjs" : path),
  ...more,
});
const found = (files: readonly string[], more: Partial<Surroundings> = {}): string | null => {
  const command = findSop(around(files, more));
  return command === null ? null : [command.command, ...command.args].join(" ");
};

test("which sop is run: the setting's, the workspace's, a clone, the machine's", () => {
  const local = "/home/ada/models/node_modules/sop/bin/sop.cjs";
  assert.is(found([]), null);
  assert.is(found(["/opt/bin/sop"]), "node /opt/lib/node_modules/sop/bin/sop.cjs");
  assert.is(found([local, "/opt/bin/sop"]), `node ${local}`);
  assert.is(found(["/home/ada/models/bin/sop.cjs", "/home/ada/models/compiler/cli/main.ts"]), "node /home/ada/models/bin/sop.cjs");
  assert.is(found(["/home/ada/models/bin/sop.cjs"]), null);
  assert.is(found([local, "/x/sop.cjs"], { setting: "/x/sop.cjs", node: "/n/node" }), "/n/node /x/sop.cjs");
  assert.is(found(["/x/bin/sop.cjs"], { setting: "/x" }), "node /x/bin/sop.cjs");
  assert.is(found(["/home/ada/bin/sop"], { setting: "~/bin/sop" }), "/home/ada/bin/sop");
  assert.is(found(["/home/ada/models/deep/tool"], { setting: "tool" }), "/home/ada/models/deep/tool");
  // A setting that leads nowhere is not made good by another sop.
  assert.is(found([local], { setting: "/gone" }), null);
});

test("what a folder holds that is not trusted is not run", () => {
  const local = "/home/ada/models/deep/node_modules/sop/bin/sop.cjs";
  assert.is(found([local], { isTrusted: false }), null);
  assert.is(found([local, "/opt/bin/sop"], { isTrusted: false }), "node /opt/lib/node_modules/sop/bin/sop.cjs");
  // Nor what a PATH finds relative to it.
  assert.is(found(["bin/sop"], { isTrusted: false, path: "bin:" }), null);
});

test("the words of a command, and the runs of a text", () => {
  assert.equal(wordsFor("train", "a b/x.sop", ["left"]), ["train", "a b/x.sop", "left"]);
  assert.equal(wordsFor("summary", "-x.sop", []), ["summary", "./-x.sop"]);
  assert.equal(runNames("train a: M on d {\n  split train 80%\n}\n// train b: M on d\ntrain  c : M on d { seed 1 }\n"), ["a", "c"]);
});

test.run();
