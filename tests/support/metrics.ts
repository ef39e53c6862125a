// What a run has logged.

import { readFileSync } from "node:fs";

/** The loss of each step in a run's `metrics.jsonl`. */
export function lossesIn(path: string): readonly number[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").map((line): Record<string, number> => JSON.parse(line));
  return lines.flatMap((line) => line["loss"] ?? []);
}
