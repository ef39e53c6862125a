// What an editor waits for: `sop lsp` as a process, over its standard input and output. Start-up to the first diagnostics; from a keystroke in
// a file of 2,000 lines to its diagnostics, those of what it concerns and those of everything; completion; memory after 10,000 edits.
// The peer in the same run is TypeScript's language server on a file of as many lines, asked for the same.
//
// `--only start`, `typing`, `peer` or `memory` measures that alone. A keystroke puts a letter in or takes one out, at a random word of the program, one every 60 ms as a fast typist does.

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { CompletionRequest, PublishDiagnosticsNotification } from "vscode-languageserver-protocol/node";
import { lineMap } from "../compiler/source/line-map.js";
import { startClient, type LspClient } from "./support/lsp-client.js";
import { stream } from "../runtime/random.js";
import { generateSource } from "./support/generate-source.js";

// Node 20 reads these certificates at every start, needed or not, which takes 70 ms where they are a system's own.
delete process.env["NODE_EXTRA_CA_CERTS"];

const { values: options } = parseArgs({ options: { keystrokes: { type: "string", default: "400" }, edits: { type: "string", default: "10000" }, only: { type: "string" } } });
const LINES = 2000;
const PAUSE = 60;
const folder = mkdtempSync(join(tmpdir(), "sop-bench-"));
const typed = stream(7, "typing");
const random = (): number => typed.uniform();

const source = generateSource(LINES);
const file = join(folder, "model.sop");
writeFileSync(file, source);
const uri = pathToFileURL(file).href;
const peerSource = Array.from({ length: LINES / 5 }, (_, i) => `export function f${i}(x: number): number {\n  const y = x * ${i};\n  if (y > 3) return ${i === 0 ? "y" : `f${i - 1}(y)`};\n  return x;\n}`).join("\n");

/** A keystroke: a letter at an offset of the text, or the one before it gone. */
interface Keystroke {
  readonly offset: number;
  readonly text: string;
}

/** Words of a text that are typed in, not counting comments. */
function wordsOf(text: string): readonly number[] {
  return [...text.matchAll(/(?<!\/\/.*)\b[a-z]\w+/g)].map(({ index, 0: word }) => index + word.length);
}

const percentile = (times: readonly number[], share: number): number => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
const print = (what: string, times: readonly number[], target: string): void => console.log(`${what.padEnd(58)} ${percentile(times, 0.5).toFixed(1).padStart(8)} ${percentile(times, 0.95).toFixed(1).padStart(8)} ms  ${target}`.trimEnd());
const memoryOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1024;

/** Diagnostics as they come. */
function watch(client: LspClient): (version: number) => Promise<number> {
  const waiting = new Map<number, (at: number) => void>();
  client.connection.onNotification(PublishDiagnosticsNotification.type, ({ version = 0 }) => {
    const resolve = waiting.get(version);
    waiting.delete(version);
    resolve?.(performance.now());
  });
  return (version) => new Promise((resolve) => void waiting.set(version, resolve));
}

function change(client: LspClient, text: string, { offset, text: letter }: Keystroke): { readonly version: number; readonly text: string } {
  const { line, column } = lineMap(text).position(offset);
  const [start, end] = letter === "" ? [column - 2, column - 1] : [column - 1, column - 1];
  const version = client.change(uri, [{ range: { start: { line: line - 1, character: start }, end: { line: line - 1, character: end } }, text: letter }]);
  return { version, text: letter === "" ? text.slice(0, offset - 1) + text.slice(offset) : text.slice(0, offset) + letter + text.slice(offset) };
}

async function startUp(): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < 9; turn++) {
    const start = performance.now();
    const client = await startClient([pathToFileURL(folder).href]);
    const told = watch(client)(1);
    client.open(uri, source);
    times.push((await told) - start);
    await client.stop();
  }
  return times;
}

async function typing(): Promise<void> {
  const client = await startClient([pathToFileURL(folder).href]);
  const next = watch(client);
  const first = next(1);
  client.open(uri, source);
  await first;
  await sleep(1500);
  const soon: number[] = [];
  const all: number[] = [];
  const completion: number[] = [];
  let text = source;
  const places = wordsOf(source);
  for (let at = 0; at < Number(options.keystrokes); at++) {
    const offset = places[Math.floor(random() * places.length)] ?? 0;
    // Four letters of a word, one after the other, then all of them gone again.
    for (const [step, letter] of ["a", "b", "", ""].entries()) {
      const start = performance.now();
      const changed = change(client, text, { offset: offset + (step < 2 ? step : 4 - step), text: letter });
      text = changed.text;
      const told = next(changed.version);
      if (step === 1) {
        const { line, column } = lineMap(text).position(offset + 2);
        await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: line - 1, character: column - 1 } });
        completion.push(performance.now() - start);
      }
      soon.push((await told) - start);
      if (at % 20 === 0 && step === 1) {
        // Everything, a pause of 250 ms included.
        all.push((await next(changed.version)) - start - 250);
      } else await sleep(PAUSE);
    }
  }
  print("keystroke to the diagnostics of what it concerns", soon, "target: 50 ms at the 95th percentile");
  print("the diagnostics of everything, without the pause before", all, "");
  print("keystroke and completion", completion, "target: 30 ms");
  await client.stop();
}

async function memory(): Promise<void> {
  const client = await startClient([pathToFileURL(folder).href]);
  const next = watch(client);
  const first = next(1);
  client.open(uri, source);
  await first;
  const edits = Number(options.edits);
  let text = source;
  const sizes: string[] = [];
  for (let at = 1; at <= edits; at++) {
    const places = at % 500 === 1 ? wordsOf(text) : known;
    known = places;
    const offset = Math.min(text.length, places[Math.floor(random() * places.length)] ?? 0);
    const isPaste = random() < 0.05;
    const changed = isPaste ? { version: client.change(uri, [{ text: source }]), text: source } : change(client, text, { offset, text: random() < 0.7 ? "q" : "x = y |> dense(4)\n" });
    text = changed.text;
    await next(changed.version);
    if (at === 1 || at % (edits / 5) === 0) sizes.push(`${at}: ${memoryOf(client.pid).toFixed(0)}`);
  }
  console.log(`memory (resident, MB) after edits                          ${sizes.join(", ")}  target: flat, below 200`);
  await client.stop();
}
let known: readonly number[] = [];

/** TypeScript's own server and protocol. */
class Tsserver {
  readonly #child: ChildProcessWithoutNullStreams = spawn(process.execPath, [fileURLToPath(new URL("../node_modules/typescript/lib/tsserver.js", import.meta.url)), "--disableAutomaticTypingAcquisition"]);
  #sequence = 0;
  #waiting: { readonly isIt: (message: Message) => boolean; readonly resolve: () => void } | null = null;

  constructor() {
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const message = JSON.parse(line) as Message;
      if (this.#waiting?.isIt(message) === true) this.#waiting.resolve();
    });
  }

  send(command: string, args: object): void {
    this.#child.stdin.write(`${JSON.stringify({ seq: ++this.#sequence, type: "request", command, arguments: args })}\n`);
  }

  /** When such a message comes. */
  until(isIt: (message: Message) => boolean): Promise<number> {
    return new Promise((resolve) => (this.#waiting = { isIt, resolve: () => resolve(performance.now()) }));
  }

  get sequence(): number {
    return this.#sequence;
  }

  stop(): void {
    this.#child.kill();
  }
}

interface Message {
  readonly event?: string;
  readonly request_seq?: number;
  readonly body?: { readonly request_seq?: number };
}

async function peer(): Promise<void> {
  const peerFile = join(folder, "peer.ts");
  writeFileSync(peerFile, peerSource);
  const isDiagnosed = ({ event }: Message): boolean => event === "semanticDiag";
  const starts: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const start = performance.now();
    const server = new Tsserver();
    const told = server.until(isDiagnosed);
    server.send("open", { file: peerFile, fileContent: peerSource });
    server.send("geterr", { files: [peerFile], delay: 0 });
    starts.push((await told) - start);
    server.stop();
  }
  const server = new Tsserver();
  const told = server.until(isDiagnosed);
  server.send("open", { file: peerFile, fileContent: peerSource });
  server.send("geterr", { files: [peerFile], delay: 0 });
  await told;
  const soon: number[] = [];
  const completion: number[] = [];
  const places = wordsOf(peerSource);
  for (let at = 0; at < Number(options.keystrokes) / 4; at++) {
    const { line, column } = lineMap(peerSource).position(places[Math.floor(random() * places.length)] ?? 0);
    const edit = (from: number, to: number, insertString: string): void => server.send("change", { file: peerFile, line, offset: column + from, endLine: line, endOffset: column + to, insertString });
    for (const [step, letter] of ["a", "b", "", ""].entries()) {
      const start = performance.now();
      if (letter === "") edit(3 - step, 4 - step, "");
      else edit(step, step, letter);
      if (step === 1) {
        server.send("completionInfo", { file: peerFile, line, offset: column + 2 });
        const { sequence } = server;
        completion.push((await server.until(({ request_seq }) => request_seq === sequence)) - start);
      }
      const diagnosed = server.until(isDiagnosed);
      server.send("geterr", { files: [peerFile], delay: 0 });
      soon.push((await diagnosed) - start);
      await sleep(PAUSE);
    }
  }
  server.stop();
  print("tsserver: start to the first diagnostics", starts, "");
  print("tsserver: keystroke to semantic diagnostics", soon, "");
  print("tsserver: keystroke and completion", completion, "");
}

const parts = { start: async () => print("start to the first diagnostics", await startUp(), "target: 500 ms"), typing, peer, memory };
try {
  console.log(`${"a file of 2,000 lines".padEnd(58)} ${"median".padStart(8)} ${"95 %".padStart(8)}`);
  for (const [name, part] of Object.entries(parts)) if (options.only === undefined || options.only === name) await part();
} finally {
  rmSync(folder, { recursive: true });
}
