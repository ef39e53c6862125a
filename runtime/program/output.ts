// What a program prints: results on standard output, one line each, and everything else on standard error.

import { splitNames } from "../data/split.js";
import { grouped, readable } from "../logging/numbers.js";
import type { Terminal } from "../logging/progress.js";
import type { Evaluation } from "../training/evaluate.js";
import type { RunRecord } from "./run-record.js";
import type { Run } from "./run.js";

/** Where results and messages go. */
export interface Output {
  readonly result: (line: string) => void;
  readonly terminal: Terminal;
}

/** `digits_small: test accuracy 0.9710, loss 0.0934 (folded model, 1,000 rows)`: metrics first, then losses. */
export function resultLine(run: Run, split: string, { values, rows }: Evaluation): string {
  return `${run.name}: ${split} ${listed(values)} (folded model, ${grouped(rows)} row${rows === 1 ? "" : "s"})`;
}

/** The same of a finished run, as it was recorded. */
export function recordedResults(run: Run, record: RunRecord): readonly string[] {
  return splitNames.flatMap((split) => {
    const own = Object.entries(record.results).filter(([name]) => name.startsWith(`${split}.`));
    const values = Object.fromEntries(own.map(([name, value]) => [name.slice(split.length + 1), value ?? NaN]));
    return own.length === 0 ? [] : [`${run.name}: ${split} ${listed(values)} (folded model)`];
  });
}

function listed(values: Readonly<Record<string, number>>): string {
  const isLoss = (name: string): boolean => name === "loss" || name.startsWith("loss.");
  const names = Object.keys(values);
  const ordered = [...names.filter((name) => !isLoss(name)), ...names.filter(isLoss)];
  return ordered.map((name) => `${name} ${readable(values[name] ?? NaN)}`).join(", ");
}
