// `sop lsp` over standard input and output, with the protocol library that editors are made with.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CodeActionRequest, CodeLensRequest, DocumentDiagnosticRequest, DocumentFormattingRequest, DocumentLinkRequest, FoldingRangeRequest, SelectionRangeRequest } from "vscode-languageserver-protocol/node";
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

test("gives diagnostics to a client that asks", async () => {
  const client = await startClient([pathToFileURL(root).href], { textDocument: { diagnostic: {} } });
  client.open(uri, text.replace("flatten", "flaten"));
  const report = await client.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
  assert.equal(report.kind === "full" ? report.items.map(({ code }) => code) : [], ["unknown-layer"]);
  assert.is(await client.stop(), 0);
});

test.run();
