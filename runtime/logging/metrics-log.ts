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

/** Rate and gradient norm of the first `steps` steps that a log has, in order; null unless it has all of them. */
export function loggedSteps(path: string, steps: number): readonly { readonly rate: number; readonly gradientNorm: number }[] | null {
  const found: { readonly rate: number; readonly gradientNorm: number }[] = [];
  for (const { line } of linesOf(readWhole(path) ?? Buffer.alloc(0))) {
    const [rate, gradientNorm] = [line?.["rate"], line?.["gradient_norm"]];
    if (line?.step === found.length + 1 && found.length < steps && typeof rate === "number" && typeof gradientNorm === "number") found.push({ rate, gradientNorm });
  }
  return found.length === steps ? found : null;
}

/** The whole lines of at most that step. */
function linesUpTo(content: Buffer, step: number): Buffer {
  const kept: Buffer[] = [];
  for (const { line, bytes } of linesOf(content)) if (line !== null && line.step <= step) kept.push(bytes);
  return Buffer.concat(kept);
}

/** Lines with their bytes; null for one that is torn or none of ours. Looked at one by one: the log of a long run is larger than any string may be. */
function* linesOf(content: Buffer): Generator<{ readonly line: MetricsLine | null; readonly bytes: Buffer }> {
  for (let from = 0; from < content.length; ) {
    const end = content.indexOf(newline, from);
    if (end < 0) return;
    yield { line: end - from > longestLine ? null : readLine(content.toString("utf8", from, end)), bytes: content.subarray(from, end + 1) };
    from = end + 1;
  }
}

function readLine(line: string): MetricsLine | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return isMetricsLine(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Only the step is looked at: who reads another entry asks for its type. */
function isMetricsLine(value: unknown): value is MetricsLine {
  return typeof value === "object" && value !== null && "step" in value && typeof value.step === "number";
}
