// Where a command writes: results to standard output, everything else to standard error, colors only where they are wanted.

import pc from "picocolors";
import type { Paint } from "../diagnostics/paint.js";

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Colors for what goes to standard error. */
  readonly paint: Paint;
  /** Makes text bold on standard output, where that has colors. */
  readonly strong: (text: string) => string;
}

/** The terminal of this process. `NO_COLOR` and `FORCE_COLOR` decide first, then whether the stream is a terminal. */
export function processTerminal(): Terminal {
  const color = pc.createColors(hasColors(process.stderr));
  const out = pc.createColors(hasColors(process.stdout));
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    paint: {
      error: (text) => color.bold(color.red(text)),
      warning: (text) => color.bold(color.yellow(text)),
      note: (text) => color.bold(color.blue(text)),
      help: (text) => color.bold(color.cyan(text)),
      strong: color.bold,
      gutter: (text) => color.blue(text),
      removed: color.red,
      added: color.green,
    },
    strong: out.bold,
  };
}

function hasColors(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && TERM !== "dumb";
}
