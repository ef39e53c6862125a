// Where a command writes: results to standard output, everything else to standard error, colors only where they are wanted.

import { plainPaint, type Paint } from "../diagnostics/paint.js";
import type { Output } from "./output.js";

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Colors for what goes to standard error. */
  readonly paint: Paint;
  /** Makes text bold on standard output, where that has colors. */
  readonly strong: (text: string) => string;
}

/** The terminal over these streams. `NO_COLOR` and `FORCE_COLOR` decide first, then whether a stream is a terminal. */
export async function terminalOver(out: Output, err: Output): Promise<Terminal> {
  return {
    out: (text) => out.write(text),
    err: (text) => err.write(text),
    paint: hasColors(err) ? await colors() : plainPaint,
    strong: hasColors(out) ? (await colors()).strong : plainPaint.strong,
  };
}

/** Loaded when it is needed: its module asks for Node's standard output. */
async function colors(): Promise<Paint> {
  const { default: picocolors } = await import("picocolors");
  const color = picocolors.createColors(true);
  return {
    error: (text) => color.bold(color.red(text)),
    warning: (text) => color.bold(color.yellow(text)),
    note: (text) => color.bold(color.blue(text)),
    help: (text) => color.bold(color.cyan(text)),
    strong: color.bold,
    gutter: color.blue,
    removed: color.red,
    added: color.green,
  };
}

function hasColors(output: Output): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return output.isTerminal && TERM !== "dumb";
}
