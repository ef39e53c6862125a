// `metrics.jsonl`: one JSON object per line, a line per training step and per evaluation. A resumed run first drops what
// lies behind its checkpoint, so that each step is there once.

import { appendFileSync } from "node:fs";
import { readWhole, unwritable, writeFileAtomically } from "../checkpoint/files.js";

/** A line: `step` is the number of steps taken; the rest are numbers by name. */
export interface MetricsLine {
  readonly step: number;
  readonly [name: string]: number | string | null;
}

/** Lines are flushed at checkpoints and evaluations, and when so many are waiting. */
const waitingAtMost = 50;
const newline = 10;
/** What is longer is no line of ours. */
const longestLine = 1_000_000;

export class MetricsLog {
  private waiting: string[] = [];

  private constructor(private readonly path: string) {}

  /** Opens the log for a run that has taken `step` steps. */
  static open(path: string, step: number): MetricsLog {
    const old = readWhole(path);
    if (old !== null || step === 0) writeFileAtomically(path, step === 0 ? Buffer.alloc(0) : linesUpTo(old ?? Buffer.alloc(0), step));
    return new MetricsLog(path);
  }

  write(line: MetricsLine): void {
    this.waiting.push(`${JSON.stringify(line)}\n`);
    if (this.waiting.length >= waitingAtMost) this.flush();
  }

  flush(): void {
    if (this.waiting.length === 0) return;
    try {
      appendFileSync(this.path, this.waiting.join(""));
    } catch (error) {
      throw unwritable(error, this.path);
    }
    this.waiting = [];
  }
}

/** The whole lines of at most that step. Looked at one by one: the log of a long run is larger than any string may be. */
function linesUpTo(content: Buffer, step: number): Buffer {
  const kept: Buffer[] = [];
  for (let from = 0; from < content.length; ) {
    const end = content.indexOf(newline, from);
    if (end < 0) break;
    const at = end - from > longestLine ? null : stepOf(content.toString("utf8", from, end));
    if (at !== null && at <= step) kept.push(content.subarray(from, end + 1));
    from = end + 1;
  }
  return Buffer.concat(kept);
}

/** The step of a line, or null where the line is torn. */
function stepOf(line: string): number | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null && "step" in parsed && typeof parsed.step === "number" ? parsed.step : null;
  } catch {
    return null;
  }
}
