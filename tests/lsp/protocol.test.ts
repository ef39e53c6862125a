// `sop lsp` over standard input and output, with the protocol library that editors are made with.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  CallHierarchyIncomingCallsRequest, CallHierarchyPrepareRequest, CodeActionRequest, CodeLensRequest, CompletionRequest, CompletionResolveRequest, DefinitionRequest, DocumentDiagnosticRequest,
  DocumentFormattingRequest, DocumentLinkRequest, DocumentSymbolRequest, FoldingRangeRequest, HoverRequest, InlayHintRequest, ReferencesRequest, RenameRequest, SelectionRangeRequest,
  SemanticTokensDeltaRequest, SemanticTokensRequest, SignatureHelpRequest, WorkspaceSymbolRequest,
} from "vscode-languageserver-protocol/node";
import { startClient } from "../../bench/support/lsp-client.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const example = join(root, "examples", "digits", "digits.sop");
const uri = pathToFileURL(example).href;
const text = readFileSync(example, "utf8");

test("tells of diagnostics as one types, and leaves when it is told to", async () => {
  const client = await startClient([pathToFileURL(root).href]);
  client.open(uri, text);
  assert.equal(await client.diagnostics(uri), []);
  const at = text.indexOf("flatten");
  const line = text.slice(0, at).split("\n").length - 1;
  const character = at - text.lastIndexOf("\n", at) - 1;
  const range = { start: { line, character }, end: { line, character: character + "flatten".length } };
  client.change(uri, [{ range, text: "flaten" }]);
  const [found, ...others] = await client.diagnostics(uri);
  assert.equal(others, []);
  assert.is(found?.code, "unknown-layer");
  assert.equal(found?.range, { start: range.start, end: { line, character: character + "flaten".length } });
  assert.match(readFileSync(fileURLToPath(found?.codeDescription?.href ?? ""), "utf8"), /^# error\[unknown-layer\]/);
  const actions = (await client.connection.sendRequest(CodeActionRequest.type, { textDocument: { uri }, range: found?.range ?? range, context: { diagnostics: [] } })) ?? [];
  assert.equal(actions.map(({ title }) => title), ["Write `flatten`"]);
  const all = (await client.connection.sendRequest(CodeActionRequest.type, { textDocument: { uri }, range, context: { diagnostics: [], only: ["source.fixAll"] } })) ?? [];
  assert.is(all.length, 1);
  client.change(uri, [{ text }]);
  assert.equal(await client.diagnostics(uri), []);
  assert.equal(client.faults, []);
  assert.is(await client.stop(), 0);
});

test("answers about structure, form, links and lenses", async () => {
  const client = await startClient([pathToFileURL(root).href]);
  client.open(uri, text);
  const textDocument = { uri };
  const { connection } = client;
  assert.ok(((await connection.sendRequest(FoldingRangeRequest.type, { textDocument })) ?? []).length > 2);
  const [selection] = (await connection.sendRequest(SelectionRangeRequest.type, { textDocument, positions: [{ line: text.slice(0, text.indexOf("flatten")).split("\n").length - 1, character: 40 }] })) ?? [];
  assert.ok(selection?.parent?.parent !== undefined);
  assert.ok(((await connection.sendRequest(CodeLensRequest.type, { textDocument })) ?? []).some(({ command }) => command?.command === "sop.train"));
  assert.ok(((await connection.sendRequest(DocumentLinkRequest.type, { textDocument })) ?? []).every(({ target }) => target?.startsWith("file:")));
  const options = { tabSize: 2, insertSpaces: true };
  assert.equal(await connection.sendRequest(DocumentFormattingRequest.type, { textDocument, options }), []);
  client.change(uri, [{ text: text.replace("{\n", "{\n\n\n") }]);
  assert.ok(((await connection.sendRequest(DocumentFormattingRequest.type, { textDocument, options })) ?? []).length > 0);
  assert.equal(client.faults, []);
  assert.is(await client.stop(), 0);
});

/** The position of the `nth` place where `word` stands. */
function positionOf(word: string, nth = 0, within = text): { readonly line: number; readonly character: number } {
  let at = within.indexOf(word);
  for (let i = 0; i < nth; i++) at = within.indexOf(word, at + 1);
  assert.ok(at >= 0, word);
  return { line: within.slice(0, at).split("\n").length - 1, character: at - within.lastIndexOf("\n", at) - 1 };
}

test("helps while one writes: hovers, completion, signatures, hints", async () => {
  const client = await startClient([pathToFileURL(root).href], { textDocument: { completion: { completionItem: { snippetSupport: true } } } });
  const { connection } = client;
  client.open(uri, text);
  const textDocument = { uri };
  const hover = await connection.sendRequest(HoverRequest.type, { textDocument, position: positionOf("dense(width)") });
  assert.match(JSON.stringify(hover?.contents), /f32\[128\]/);
  const hints = (await connection.sendRequest(InlayHintRequest.type, { textDocument, range: { start: { line: 0, character: 0 }, end: { line: 200, character: 0 } } })) ?? [];
  assert.ok(hints.some(({ label }) => String(label).includes("f32[")), JSON.stringify(hints));
  client.change(uri, [{ text: text.replace("dense(width) |> relu", "den") }]);
  const completion = await connection.sendRequest(CompletionRequest.type, { textDocument, position: { ...positionOf("dense(width)"), character: positionOf("dense(width)").character + 3 } });
  const items = Array.isArray(completion) ? completion : (completion?.items ?? []);
  const dense = items.find(({ label }) => label === "dense");
  assert.match(JSON.stringify(dense?.textEdit), /dense\(\$\{1:units\}\)/);
  const resolved = await connection.sendRequest(CompletionResolveRequest.type, dense ?? { label: "" });
  assert.match(JSON.stringify(resolved.documentation), /units/);
  client.change(uri, [{ text: text.replace("dense(width)", "dense(") }]);
  const help = await connection.sendRequest(SignatureHelpRequest.type, { textDocument, position: { ...positionOf("dense(width)"), character: positionOf("dense(width)").character + 6 } });
  const signature = help?.signatures[0];
  const [start, end] = (signature?.parameters?.[help?.activeParameter ?? -1]?.label ?? [0, 0]) as [number, number];
  assert.match(signature?.label.slice(start, end) ?? "", /^units/);
  assert.equal(client.faults, []);
  assert.is(await client.stop(), 0);
});

test("knows names, also across files that nobody has open", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sop-lsp-"));
  try {
    const files = {
      "blocks.sop": "block wide(x: f32[d], width: int) -> f32[width] {\n  return x |> dense(width) |> relu\n}\n",
      "model.sop": 'import { wide } from "./blocks.sop"\n\nmodel Net {\n  input  x: f32[8]\n  output y = x |> wide(16) |> wide(4)\n}\n',
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const [blocks, model] = ["blocks.sop", "model.sop"].map((name) => pathToFileURL(join(folder, name)).href);
    assert.ok(blocks !== undefined && model !== undefined);
    const client = await startClient([pathToFileURL(folder).href]);
    const { connection } = client;
    client.open(blocks, files["blocks.sop"]);
    const textDocument = { uri: blocks };
    const position = positionOf("wide", 0, files["blocks.sop"]);
    const found = (await connection.sendRequest(ReferencesRequest.type, { textDocument, position, context: { includeDeclaration: true } })) ?? [];
    assert.equal(found.map(({ uri: file }) => file === blocks), [true, false, false, false]);
    const calls = await connection.sendRequest(CallHierarchyPrepareRequest.type, { textDocument, position });
    const incoming = calls?.[0] === undefined ? [] : await connection.sendRequest(CallHierarchyIncomingCallsRequest.type, { item: calls[0] });
    assert.equal(incoming?.map(({ from, fromRanges }) => [from.name, fromRanges.length]), [["Net", 2]]);
    assert.equal((await connection.sendRequest(WorkspaceSymbolRequest.type, { query: "Net" }))?.map(({ name }) => name), ["Net"]);
    const edit = await connection.sendRequest(RenameRequest.type, { textDocument, position, newName: "broad" });
    assert.equal(edit?.changes?.[model]?.length, 3);
    const refused = await connection.sendRequest(RenameRequest.type, { textDocument, position, newName: "3d" }).then(() => null, (error: Error) => error.message);
    assert.match(refused ?? "", /is not a name/);
    client.open(model, files["model.sop"]);
    const asked = { textDocument: { uri: model }, position: positionOf("wide(16)", 0, files["model.sop"]) };
    const definition = await connection.sendRequest(DefinitionRequest.type, asked);
    assert.match(JSON.stringify(definition), /blocks\.sop/);
    // A change in a file that is not saved is seen by those that import it.
    assert.equal(await client.diagnostics(model), []);
    const told = client.next(model);
    client.change(blocks, [{ text: files["blocks.sop"].replace("wide", "broad") }]);
    assert.equal((await told).map(({ code }) => code), ["unknown-import"]);
    assert.equal((await connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri: model } }))?.map(({ name }) => name), ["Net"]);
    const tokens = await connection.sendRequest(SemanticTokensRequest.type, { textDocument: { uri: model } });
    client.change(model, [{ text: files["model.sop"].replace("16", "32 ") }]);
    const delta = await connection.sendRequest(SemanticTokensDeltaRequest.type, { textDocument: { uri: model }, previousResultId: tokens?.resultId ?? "" });
    assert.ok(tokens !== null && tokens.data.length > 10 && delta !== null && "edits" in delta && delta.edits.length < 3);
    assert.equal(client.faults, []);
    assert.is(await client.stop(), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("gives diagnostics to a client that asks", async () => {
  const client = await startClient([pathToFileURL(root).href], { textDocument: { diagnostic: {} } });
  client.open(uri, text.replace("flatten", "flaten"));
  const report = await client.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
  assert.equal(report.kind === "full" ? report.items.map(({ code }) => code) : [], ["unknown-layer"]);
  assert.is(await client.stop(), 0);
});

test.run();
