// `sop lsp` over standard input and output, with the protocol library that editors are made with.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  CallHierarchyIncomingCallsRequest, CallHierarchyPrepareRequest, CodeActionRequest, CodeActionResolveRequest, CodeLensRequest, CompletionRequest, CompletionResolveRequest, DefinitionRequest, DidChangeWatchedFilesNotification, DocumentDiagnosticRequest,
  DocumentFormattingRequest, DocumentLinkRequest, DocumentOnTypeFormattingRequest, DocumentSymbolRequest, FoldingRangeRequest, HoverRequest, InlayHintRequest, ReferencesRequest, RenameRequest, SelectionRangeRequest,
  SemanticTokensDeltaRequest, SemanticTokensRequest, SignatureHelpRequest, WorkspaceSymbolRequest,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
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
  // Lines end as they did.
  client.change(uri, [{ text: text.replaceAll("\n", "\r\n") }]);
  assert.equal(await connection.sendRequest(DocumentFormattingRequest.type, { textDocument, options }), []);
  // A line that was just made stays, at the end of a file too.
  client.change(uri, [{ text: `${text}\n` }]);
  assert.equal(await connection.sendRequest(DocumentOnTypeFormattingRequest.type, { textDocument, options, ch: "\n", position: { line: text.split("\n").length - 1, character: 0 } }), []);
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

test("offers what other files of the folder declare, as they are now", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sop-lsp-"));
  try {
    const wide = "/// As wide as one likes.\nblock wide(x: f32[d], width: int) -> f32[width] {\n  return x |> dense(width)\n}\n";
    const model = "model Net {\r\n  input  x: f32[8]\r\n  output y = x |> wide(16)\r\n}\r\n";
    for (const path of ["lib", "models", "node_modules/other"]) mkdirSync(join(folder, path), { recursive: true });
    for (const path of ["lib/wide.sop", "node_modules/other/wide.sop"]) writeFileSync(join(folder, path), wide);
    writeFileSync(join(folder, "models/net.sop"), model);
    writeFileSync(join(folder, "models/run.sop"), 'import { Net } from "./net.sop"\n');
    const client = await startClient([pathToFileURL(folder).href], { textDocument: { completion: { completionItem: { snippetSupport: true } } } });
    const { connection } = client;
    const [opened, other] = ["models/net.sop", "lib/wide.sop"].map((path) => pathToFileURL(join(folder, path)).href);
    assert.ok(opened !== undefined && other !== undefined);
    const textDocument = { uri: opened };
    const offered = async (position: { line: number; character: number }) => {
      const found = await connection.sendRequest(CompletionRequest.type, { textDocument, position });
      return (Array.isArray(found) ? found : (found?.items ?? [])).filter(({ detail, label }) => detail?.startsWith('import from ".') === true || label.endsWith(".sop"));
    };
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const newText = 'import { wide } from "../lib/wide.sop"\r\n\r\n';
    client.open(opened, model);
    const [found, ...others] = await client.diagnostics(opened);
    assert.equal([found?.code, others], ["unknown-layer", []]);
    const actions = await connection.sendRequest(CodeActionRequest.type, { textDocument, range: found?.range ?? top, context: { diagnostics: [], only: ["quickfix"] } });
    assert.equal(actions?.map((action) => [action.title, "edit" in action ? action.edit?.changes : null]), [["Import `wide` from `../lib/wide.sop`", { [opened]: [{ range: top, newText }] }]]);
    const at = positionOf("wide(16)", 0, model);
    const [item, ...more] = await offered(at);
    assert.equal([item?.label, item?.detail, item?.additionalTextEdits, more], ["wide", 'import from "../lib/wide.sop"', [{ range: top, newText }], []]);
    const resolved = await connection.sendRequest(CompletionResolveRequest.type, item ?? { label: "" });
    assert.match(JSON.stringify(resolved.documentation), /wide\(x: f32\[d\], width: int\) -> f32\[width\].*As wide as one likes\./);
    // What is not saved counts, and what others write.
    client.open(other, wide.replace("wide(", "broad("));
    assert.equal((await offered(at)).map(({ label }) => label), ["broad"]);
    writeFileSync(join(folder, "models/more.sop"), "block more(x: f32[d]) -> f32[d] {\n  return x\n}\n");
    void connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes: [{ uri: pathToFileURL(join(folder, "models/more.sop")).href, type: 1 }] });
    assert.equal((await offered(at)).map(({ label }) => label).sort(), ["broad", "more"]);
    client.change(opened, [{ text: `import { broad } from ""\n${model}` }]);
    assert.equal((await offered({ line: 0, character: 'import { broad } from "'.length })).map(({ label }) => label).sort(), ["../lib/wide.sop", "./more.sop"]);
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

const refactored = `import { digits } from "std/data"

block twice(x: f32[d]) -> f32[d] { return x |> dense(d) |> relu }

model Net(width: int) {
  input  image: f32[28, 28, 1]
  x = image |> flatten |> dense(width) |> relu |> twice
  x = x |> dense(width) |> dense(width)
  output digit: f32[10] = x |> dense(10)
}

recipe quick {
  loss      cross_entropy(digit, label)
  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))
  batch     32
  steps     20
}

train left: Net(width: 8) on digits { use quick; seed 1 }
train right: Net(width: 8) on digits { use quick; seed 2 }

model Wide = Net(width: 12) fuse from left, right
train wide: Wide on digits { use quick; seed 3 }
`;

interface TakenAction {
  readonly title: string;
  /** Were the edits made when it was taken? */
  readonly isLazy: boolean;
  /** The file with the edits. */
  readonly text: string;
  readonly data: unknown;
}

/** What is offered where a text stands, or at the cursor before it, each taken by itself. */
async function takenAt(client: Awaited<ReturnType<typeof startClient>>, of: string, word: string, only: readonly string[], isCursor = false): Promise<readonly TakenAction[]> {
  const start = positionOf(word, 0, refactored);
  const range = { start, end: isCursor ? start : { line: start.line, character: start.character + word.length } };
  const actions = (await client.connection.sendRequest(CodeActionRequest.type, { textDocument: { uri: of }, range, context: { diagnostics: [], only: [...only] } })) ?? [];
  const document = TextDocument.create(of, "sop", 1, refactored);
  return Promise.all(
    actions.flatMap((offered) => ("kind" in offered ? [offered] : [])).map(async (offered) => {
      const action = offered.edit === undefined ? await client.connection.sendRequest(CodeActionResolveRequest.type, offered) : offered;
      return { title: offered.title, isLazy: offered.edit === undefined, text: TextDocument.applyEdits(document, action.edit?.changes?.[of] ?? []), data: action.data as unknown };
    }),
  );
}

test("offers refactorings, with edits that are made when one is taken", async () => {
  const lazy = { textDocument: { codeAction: { dataSupport: true, resolveSupport: { properties: ["edit"] }, codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } } } };
  const of = pathToFileURL(join(root, "refactored.sop")).href;
  for (const capabilities of [lazy, {}]) {
    const client = await startClient([], capabilities);
    client.open(of, refactored);
    assert.equal((await client.diagnostics(of)).map(({ code }) => code), ["fuse-sizes"]);
    const isLazy = capabilities === lazy;
    const [extracted, ...more] = await takenAt(client, of, "|> dense(width) |> relu |> twice", ["refactor.extract"]);
    assert.equal([extracted?.isLazy, more], [isLazy, []]);
    assert.match(extracted?.text ?? "", /block extracted\(x: f32\[d\], width: int\) \{\n {2}return x \|> dense\(width\) \|> relu \|> twice\n\}/);
    assert.match(extracted?.text ?? "", /x = image \|> flatten \|> extracted\(width: width\)\n/);
    assert.equal(extracted?.data, { name: { uri: of, position: positionOf("extracted(width", 0, extracted?.text) } });
    const inlined = await takenAt(client, of, "twice\n", ["refactor.inline"], true);
    assert.equal(inlined.map(({ title }) => title), ["Inline block `twice` (weights get other names)", "Inline all calls of `twice` and remove it (weights get other names)"]);
    assert.match(inlined[1]?.text ?? "", /^import \{ digits \} from "std\/data"\n\nmodel Net/);
    assert.match(inlined[0]?.text ?? "", /\|> relu \|> dense\(width\) \|> relu\n/);
    const rewrites = await takenAt(client, of, "|> dense(width) |> dense(width)", ["refactor"]);
    assert.equal(rewrites.map(({ title }) => title), ["Extract block (weights get other names)", "Write as `repeat 2` (weights get other names)"]);
    assert.match(rewrites[1]?.text ?? "", /repeat 2 \{\n {4}x = x \|> dense\(width\)\n {2}\}/);
    const fixes = await takenAt(client, of, "fuse from", ["quickfix"], true);
    assert.equal(fixes.map(({ title }) => title), ["Make `Wide` as wide as its sources together: `width: 16`", "Make `left`, `right` parts of it: `width: 6`"]);
    assert.match(fixes[0]?.text ?? "", /model Wide = Net\(width: 16\) fuse/);
    assert.equal(client.faults, []);
    assert.is(await client.stop(), 0);
  }
});

test.run();
