// 10,000 random edits of a real file, as editors send them: the server lives on, and what it says afterwards is what a new server says.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  CompletionRequest, DocumentSymbolRequest, FoldingRangeRequest, HoverRequest, InlayHintRequest, SemanticTokensRangeRequest, type TextDocumentContentChangeEvent,
} from "vscode-languageserver-protocol/node";
import { startClient, type LspClient } from "../../bench/support/lsp-client.js";
import { lineMap } from "../../compiler/source/line-map.js";
import { mutate, randomStream } from "../support/mutate.js";

const EDITS = Number(process.env["EDITS"] ?? 10_000);
const COMPARISONS = 8;
const root = fileURLToPath(new URL("../..", import.meta.url));
const file = join(root, "examples", "digits", "digits.sop");
const uri = pathToFileURL(file).href;
const original = readFileSync(file, "utf8");

/** The change that makes one text of another, as a stretch of lines and characters. */
function changeOf(before: string, after: string): TextDocumentContentChangeEvent {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let same = 0;
  while (same < most - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  // A line break of two characters stays in one piece: no position lies between them.
  if (before[start - 1] === "\r" && (before[start] === "\n" || after[start] === "\n")) start--;
  if (same > 0 && before[before.length - same] === "\n" && (before[before.length - same - 1] === "\r" || after[after.length - same - 1] === "\r")) same--;
  const map = lineMap(before);
  const place = (offset: number): { line: number; character: number } => ({ line: map.position(offset).line - 1, character: map.position(offset).column - 1 });
  return { range: { start: place(start), end: place(before.length - same) }, text: after.slice(start, after.length - same) };
}

/** What the server says of the document when it has had the time to look at all of it. */
async function stateOf(client: LspClient, text: string): Promise<unknown> {
  const { connection } = client;
  const textDocument = { uri };
  const end = lineMap(text).position(text.length);
  const range = { start: { line: 0, character: 0 }, end: { line: end.line - 1, character: end.column - 1 } };
  let diagnostics = await client.diagnostics(uri);
  for (let quiet = 0; quiet < 3; quiet++) {
    await sleep(250);
    const now = await client.diagnostics(uri);
    if (now !== diagnostics) quiet = -1;
    diagnostics = now;
  }
  const places = [...text.matchAll(/\b[a-z]\w+/g)].filter((_, index) => index % 23 === 0).map(({ index }) => {
    const { line, column } = lineMap(text).position(index + 1);
    return { line: line - 1, character: column - 1 };
  });
  return {
    diagnostics,
    symbols: await connection.sendRequest(DocumentSymbolRequest.type, { textDocument }),
    folds: await connection.sendRequest(FoldingRangeRequest.type, { textDocument }),
    tokens: (await connection.sendRequest(SemanticTokensRangeRequest.type, { textDocument, range }))?.data,
    hints: await connection.sendRequest(InlayHintRequest.type, { textDocument, range }),
    hovers: await Promise.all(places.map((position) => connection.sendRequest(HoverRequest.type, { textDocument, position }))),
    completions: await Promise.all(places.map((position) => connection.sendRequest(CompletionRequest.type, { textDocument, position }))),
  };
}

test("10,000 random edits leave the server alive and its state that of a new one", async () => {
  const random = randomStream(20_261_126);
  const client = await startClient([pathToFileURL(root).href]);
  client.open(uri, original);
  const history: string[] = [original];
  let text = original;
  let broken = 0;
  for (let edit = 1; edit <= EDITS; edit++) {
    const kind = random();
    // Insert, delete and replace; take back; paste a part of the file; begin anew, so that it does not end in rubble.
    const next = kind < 0.6 ? mutate(text, random, 1) : kind < 0.85 ? (history[history.length - 1 - Math.floor(random() * Math.min(8, history.length))] ?? original) : kind < 0.95 ? paste(text, random) : original;
    if (next === text || next.length > 20_000) continue;
    client.change(uri, [changeOf(text, next)]);
    text = next;
    history.push(text);
    if (history.length > 50) history.shift();
    // As an editor does, a question every now and then, and never far ahead of the server.
    if (edit % 5 === 0) await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } });
    if (edit % Math.floor(EDITS / COMPARISONS) !== 0) continue;
    const fresh = await startClient([pathToFileURL(root).href]);
    fresh.open(uri, text);
    const [kept, anew] = [await stateOf(client, text), await stateOf(fresh, text)];
    assert.equal(kept, anew, `after ${edit} edits`);
    if ((await client.diagnostics(uri)).length > 0) broken++;
    assert.equal(fresh.faults, []);
    assert.is(await fresh.stop(), 0);
  }
  assert.ok(broken > 1, `${broken} of ${COMPARISONS} comparisons were of broken programs`);
  assert.equal(client.faults, []);
  assert.is(await client.stop(), 0);
});

function paste(text: string, random: () => number): string {
  const lines = original.split("\n");
  const from = Math.floor(random() * lines.length);
  const part = lines.slice(from, from + 1 + Math.floor(random() * 8)).join("\n");
  const starts = [...text.matchAll(/^/gm)].map(({ index }) => index);
  const at = starts[Math.floor(random() * starts.length)] ?? 0;
  return `${text.slice(0, at)}${part}\n${text.slice(at)}`;
}

test.run();
