// A causal model of std/transformer beside tables of how often a byte follows one or two others, on the first bytes of a text: how well each tells
// the next byte, on the same validation positions. `npx tsx bench/language.ts <text> [--steps 600] [--bytes 100000]`.
//
// The text is cut into windows of 64 bytes. The first 90% of them train the model and fill the tables, the last 10% are validation; each of their
// positions counts once, for the model and for the tables alike, and no context reaches beyond the start of its window. To each count of a table
// a constant is added: 1, and that which suits the validation positions best, so that no other makes the table better.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const window = 64;

const source = (steps: number): string => `import { lm } from "std/recipes"
import { Gpt } from "std/transformer"

data pages = text("text.txt", unit: bytes) {
  fields tokens: i32[${window}] below 256, target: i32[${window}] below 256 from next
  split  train 90%, valid 10%, order: file
}

train gpt: Gpt(256, d: 64, heads: 4, depth: 2, drop: 0) on pages {
  use      lm(lr: 5e-3, length: ${steps})
  evaluate every ${steps} steps
}
`;

interface Table {
  /** By what stands before, how often each byte follows. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** The same, summed over all bytes. */
  readonly totals: ReadonlyMap<string, number>;
}

/** Positions of the training and of the validation windows, as the source `text` cuts them and `split` divides them. */
function positionsOf(bytes: Uint8Array): { readonly train: readonly number[]; readonly valid: readonly number[] } {
  const rows = Math.floor((bytes.length - 1) / window);
  const border = Math.round(0.9 * rows) * window;
  const all = Array.from({ length: rows * window }, (_, at) => at);
  return { train: all.slice(0, border), valid: all.slice(border) };
}

/** The `order` bytes up to a position, those of its window. */
function contextAt(bytes: Uint8Array, at: number, order: number): string {
  return bytes.subarray(Math.max(at - (at % window), at - order + 1), at + 1).join(" ");
}

function tableOf(bytes: Uint8Array, positions: readonly number[], order: number): Table {
  const counts = new Map<string, Map<number, number>>();
  for (const at of positions) {
    const context = contextAt(bytes, at, order);
    const row = counts.get(context) ?? new Map<number, number>();
    const next = bytes[at + 1] ?? 0;
    row.set(next, (row.get(next) ?? 0) + 1);
    counts.set(context, row);
  }
  return { counts, totals: new Map([...counts].map(([context, row]) => [context, [...row.values()].reduce((sum, n) => sum + n, 0)])) };
}

/** Mean of -log p of the byte behind each position, of `kinds` there are. */
function lossOf({ counts, totals }: Table, bytes: Uint8Array, positions: readonly number[], order: number, added: number, kinds: number): number {
  const sum = positions.reduce((before, at) => {
    const context = contextAt(bytes, at, order);
    return before - Math.log(((counts.get(context)?.get(bytes[at + 1] ?? 0) ?? 0) + added) / ((totals.get(context) ?? 0) + added * kinds));
  }, 0);
  return sum / positions.length;
}

const inWords = (loss: number): string => `loss ${loss.toFixed(4)}, perplexity ${Math.exp(loss).toFixed(2)}`;

/** Trains the model; gives its validation loss. */
function trained(bytes: Uint8Array, steps: number, positions: number): number {
  const folder = mkdtempSync(join(tmpdir(), "sop-language-"));
  try {
    writeFileSync(join(folder, "text.txt"), bytes);
    writeFileSync(join(folder, "language.sop"), source(steps));
    const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(new URL("../bin/sop.cjs", import.meta.url)), "train", "language.sop", "--quiet"], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    const rows = Number(/\(folded model, ([\d,]+) rows\)/.exec(stdout)?.[1]?.replaceAll(",", ""));
    if (status !== 0 || rows * window !== positions) throw new Error(`the model was not trained, or is measured elsewhere:\n${stdout}`);
    const lines = readFileSync(join(folder, "runs", "gpt", "metrics.jsonl"), "utf8").trimEnd().split("\n");
    return lines.map((line): Readonly<Record<string, number>> => JSON.parse(line)).flatMap((line) => line["valid.loss"] ?? []).at(-1) ?? NaN;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { steps: { type: "string", default: "600" }, bytes: { type: "string", default: "100000" } } });
const [path] = positionals;
if (path === undefined) throw new Error("Name a text: npx tsx bench/language.ts <text>");
const bytes = readFileSync(path).subarray(0, Number(values.bytes));
const { train, valid } = positionsOf(bytes);
const kinds = new Set(bytes).size;
process.stdout.write(`${bytes.length} bytes of ${kinds} kinds; ${train.length} positions train, ${valid.length} are validation\n`);
const grid = Array.from({ length: 31 }, (_, i) => 10 ** (i / 10 - 3));
for (const [name, order] of [["one byte before", 1], ["two bytes before", 2]] as const) {
  const table = tableOf(bytes, train, order);
  const [best = NaN, added = NaN] = grid.map((each) => [lossOf(table, bytes, valid, order, each, kinds), each] as const).reduce((a, b) => (b[0] < a[0] ? b : a));
  process.stdout.write(`table by ${name}: ${inWords(lossOf(table, bytes, valid, order, 1, kinds))} with 1 added, ${inWords(best)} with ${added.toPrecision(2)}\n`);
}
const started = performance.now();
const loss = trained(bytes, Number(values.steps), valid.length);
process.stdout.write(`Gpt after ${values.steps} steps: ${inWords(loss)}; ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
