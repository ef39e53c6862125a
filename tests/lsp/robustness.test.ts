// What a server must bear: clients that vanish or change their minds, several folders, files that change outside, texts that are hostile. And what
// it must not do: read files that are none of the workspace's.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  CancellationTokenSource, CompletionRequest, DidChangeWatchedFilesNotification, DidSaveTextDocumentNotification, DocumentSymbolRequest, FileChangeType, HoverRequest, InlayHintRequest, LSPErrorCodes, ReferencesRequest, WorkspaceSymbolRequest,
} from "vscode-languageserver-protocol/node";
import { startClient } from "../../bench/support/lsp-client.js";

const sop = fileURLToPath(new URL("../../bin/sop.cjs", import.meta.url));
const wide = "block wide(x: f32[d], width: int) -> f32[width] {\n  return x |> dense(width) |> relu\n}\n";
const net = (from: string): string => `import { wide } from "${from}"\n\nmodel Net {\n  input  x: f32[8]\n  output y = x |> wide(16)\n}\n`;

/** A folder with files, gone afterwards. */
async function inFolder(files: Readonly<Record<string, string>>, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sop-lsp-")));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const uriOf = (...parts: readonly string[]): string => pathToFileURL(join(...parts)).href;

test("leaves when its client is gone without a word", async () => {
  const child = spawn(process.execPath, [sop, "lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const left = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const text = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } });
  child.stdin.write(`Content-Length: ${text.length}\r\n\r\n${text}`);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.stdin.end();
  child.stdout.destroy();
  assert.ok((await left) !== null);
});

test("takes `--stdio`, and says what is wrong with other words", async () => {
  await inFolder({ "a.sop": wide }, async (folder) => {
    const client = await startClient([uriOf(folder)], {}, [process.execPath, sop, "lsp", "--stdio"]);
    assert.is(client.result.serverInfo?.name, "sop");
    assert.is(await client.stop(), 0);
    const child = spawn(process.execPath, [sop, "lsp", "--port", "1"], { stdio: "ignore" });
    assert.is(await new Promise((resolve) => child.on("exit", resolve)), 2);
  });
});

test("a request that is taken back is answered as cancelled, and the next one as ever", async () => {
  await inFolder({ "a.sop": wide }, async (folder) => {
    const client = await startClient([uriOf(folder)]);
    const uri = uriOf(folder, "a.sop");
    client.open(uri, wide.repeat(1));
    const cancel = new CancellationTokenSource();
    const params = { textDocument: { uri }, position: { line: 1, character: 14 } };
    const answer = client.connection.sendRequest(CompletionRequest.type, params, cancel.token).then(() => null, (error: { readonly code: number }) => error.code);
    cancel.cancel();
    assert.is(await answer, LSPErrorCodes.RequestCancelled);
    assert.ok((await client.connection.sendRequest(HoverRequest.type, params)) !== null);
    assert.equal(client.faults, []);
    await client.stop();
  });
});

test("a handler that fails logs and answers empty, and the server lives on", async () => {
  await inFolder({ "a.sop": wide }, async (folder) => {
    const client = await startClient([uriOf(folder)]);
    const uri = uriOf(folder, "a.sop");
    client.open(uri, wide);
    // No client asks without a position.
    assert.is(await client.connection.sendRequest("textDocument/hover", { textDocument: { uri } }), null);
    assert.match(client.faults.join("\n"), /hover failed. This is a fault of sop/);
    // Nor changes a document to nothing that could be read.
    await client.connection.sendNotification("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ range: null }] });
    assert.ok((await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 1, character: 14 } })) !== null);
    // What was never opened is read from where it lies, or is not there.
    assert.is(await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri: uriOf(folder, "none.sop") }, position: { line: 0, character: 0 } }), null);
    assert.is(await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri: "untitled:Untitled-1" }, position: { line: 0, character: 0 } }), null);
    assert.is(await client.stop(), 0);
  });
});

test("several folders are one workspace; files that change outside are read anew", async () => {
  await inFolder({ "one/wide.sop": wide, "two/net.sop": net("../one/wide.sop") }, async (folder) => {
    const client = await startClient([uriOf(folder, "one"), uriOf(folder, "two")]);
    const uri = uriOf(folder, "one", "wide.sop");
    client.open(uri, wide);
    const references = await client.connection.sendRequest(ReferencesRequest.type, { textDocument: { uri }, position: { line: 0, character: 7 }, context: { includeDeclaration: false } });
    assert.equal(references?.map((each) => each.uri === uriOf(folder, "two", "net.sop")), [true, true]);
    const user = uriOf(folder, "two", "net.sop");
    client.open(user, net("../one/wide.sop"));
    assert.equal(await client.diagnostics(user), []);
    client.close(uri);
    writeFileSync(join(folder, "one", "wide.sop"), wide.replace("wide", "broad"));
    const told = client.next(user);
    await client.connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes: [{ uri, type: FileChangeType.Changed }] });
    assert.equal((await told).map(({ code }) => code), ["unknown-import"]);
    assert.equal((await client.connection.sendRequest(WorkspaceSymbolRequest.type, { query: "broad" }))?.map(({ name }) => name), ["broad"]);
    assert.equal(client.faults, []);
    await client.stop();
  });
});

test("mistakes of imported files stand at the import, and go when they are gone", async () => {
  const broken = "model B {\n  input  x: f32[2]\n  output y = x |> rellu\n}\n";
  const user = 'import { B } from "./b.sop"\n\nmodel A {\n  input  x: f32[2]\n  output z = x |> B\n}\n';
  await inFolder({ "a.sop": user, "b.sop": broken, "c1.sop": 'import { D } from "./c2.sop"\nmodel C { input x: f32[2]; output y = x |> relu }\n', "c2.sop": 'import { C } from "./c1.sop"\nmodel D { input x: f32[2]; output y = x |> relu }\n' }, async (folder) => {
    // A client that watches no files: what it saves and opens is when the disk is looked at.
    const client = await startClient([uriOf(folder)]);
    const [a, b] = [uriOf(folder, "a.sop"), uriOf(folder, "b.sop")];
    client.open(a, user);
    const [found] = await client.diagnostics(a);
    assert.is(found?.code, "unknown-layer");
    assert.equal(found?.range, { start: { line: 0, character: 18 }, end: { line: 0, character: 27 } });
    assert.is(found?.relatedInformation?.[0]?.location.uri, b);
    rmSync(join(folder, "b.sop"));
    const save = (): Promise<void> => client.connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri: a } });
    let told = client.next(a);
    await save();
    assert.equal((await told).map(({ code }) => code), ["file-not-found"]);
    writeFileSync(join(folder, "b.sop"), broken.replace("rellu", "relu"));
    told = client.next(a);
    await save();
    assert.equal(await told, []);
    told = client.next(a);
    client.open(b, broken);
    await told;
    assert.equal((await client.diagnostics(b)).map(({ code }) => code), ["unknown-layer"]);
    // Each file of a circle shows it.
    for (const name of ["c1.sop", "c2.sop"]) {
      client.open(uriOf(folder, name), readFileSync(join(folder, name), "utf8"));
      assert.ok((await client.diagnostics(uriOf(folder, name))).some(({ code, range }) => code === "import-cycle" && range.start.line === 0), name);
    }
    assert.equal(client.faults, []);
    await client.stop();
  });
});

test("lives with texts that no one would write", async () => {
  await inFolder({}, async (folder) => {
    const client = await startClient([uriOf(folder)]);
    const texts = ["(".repeat(50_000), `${"x = ".repeat(20_000)}1`, "\u0000\ud800\r\r\n\u2028".repeat(1000), "a".repeat(2_000_000), `model M {\n${"  x = x |> dense(1)\n".repeat(5000)}}\n`, 'import { a } from "./t5.sop"\n', "block b(x: f32[d]) -> f32[d] { return x |> b }\nmodel M { input x: f32[2]\n output y = x |> b }\n"];
    for (const [index, text] of texts.entries()) {
      const uri = uriOf(folder, `t${index}.sop`);
      client.open(uri, text);
      const range = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
      await client.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range });
      await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } });
      await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 0, character: 5 } });
      // Of a long text what it means is told after what is wrong with its syntax.
      for (let waits = 0; (await client.diagnostics(uri)).length === 0; waits++) {
        assert.ok(waits < 1000, `text ${index}`);
        await sleep(20);
      }
    }
    assert.equal(client.faults, []);
    assert.is(await client.stop(), 0);
  });
});

test("reads the folders that are open and what their files import, and nothing else", async () => {
  const outside = { "data.csv": "a\n1\n", "other.sop": wide, "lib/wide.sop": wide, "secret.sop": wide };
  await inFolder({ ...outside, "open/net.sop": `${net("../lib/wide.sop")}\ndata d = csv("../data.csv") { fields a: f32 }\n`, "open/more.sop": wide.replace("wide", "more") }, async (folder) => {
    const log = join(folder, "log.txt");
    // Every file that the process opens by Node's own functions, from its start on.
    const tracer = join(folder, "trace.cjs");
    writeFileSync(tracer, `const fs = require("fs"); const { appendFileSync } = fs;\nfor (const name of ["openSync", "readFileSync", "readdirSync", "open", "readFile", "readdir", "createReadStream", "opendirSync"]) { const own = fs[name]; fs[name] = function (path, ...rest) { if (typeof path === "string" && path !== ${JSON.stringify(log)}) appendFileSync(${JSON.stringify(log)}, path + "\\n"); return own.call(this, path, ...rest); }; }\nrequire("module").syncBuiltinESMExports();\n`);
    const client = await startClient([uriOf(folder, "open")], {}, [process.execPath, "--require", tracer, sop, "lsp"]);
    const uri = uriOf(folder, "open", "net.sop");
    client.open(uri, readFileSync(join(folder, "open", "net.sop"), "utf8"));
    await client.diagnostics(uri);
    await client.connection.sendRequest(WorkspaceSymbolRequest.type, { query: "" });
    await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 7, character: 12 } });
    assert.equal(client.faults, []);
    await client.stop();
    const read = new Set(readFileSync(log, "utf8").split("\n").filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length)));
    assert.ok(read.has("/lib/wide.sop") && read.has("/open/more.sop"), [...read].join("\n"));
    assert.equal([...read].filter((path) => !path.startsWith("/open") && path !== "/lib/wide.sop" && path !== "/trace.cjs"), []);
  });
});

test.run();
