// Progress on standard error: one line that moves on a terminal, a plain line now and then elsewhere. Results do not come here.

import { grouped, readable, span } from "./numbers.js";

/** Where lines go; `process.stderr` in a program, an array in tests. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** A step was taken; `steps` is how many now. */
  step(steps: number, loss: number): void;
  /** An evaluation: its line is printed, and the last metric stays in the moving line. */
  evaluated(line: string, short: string): void;
  /** A sentence for the user. */
  note(line: string): void;
  /** Clears the moving line. */
  end(): void;
}

/** Milliseconds between two moving lines, and between two plain ones. */
const movingEvery = 100;
const plainEvery = 10_000;
/** Characters of the bar. */
const narrowestBar = 8;
const widestBar = 30;

/** Progress of one run of `total` steps, `done` of which were taken before. */
export function progressOn(terminal: Terminal, name: string, total: number, done: number, quiet: boolean): Progress {
  const started = performance.now();
  const rate = (steps: number): number => ((steps - done) * 1000) / Math.max(1, performance.now() - started);
  const numbers = (steps: number, loss: number, metric: string): readonly string[] => {
    const perSecond = rate(steps);
    const pace = `${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)} steps/s`;
    const left = perSecond > 0 ? `${span((total - steps) / perSecond)} left` : "";
    return [`${grouped(steps)}/${grouped(total)}`, `loss ${readable(loss)}`, left, metric, pace].filter((part) => part !== "");
  };
  if (quiet) return { step: () => undefined, evaluated: () => undefined, note: (line) => void terminal.write(`${line}\n`), end: () => undefined };
  return terminal.isTTY === true ? moving(terminal, name, total, numbers) : plain(terminal, name, numbers);
}

/** Parts of a line, the most wanted first. */
type Numbers = (steps: number, loss: number, metric: string) => readonly string[];

function plain(terminal: Terminal, name: string, numbers: Numbers): Progress {
  let last = performance.now();
  return {
    step: (steps, loss) => {
      if (performance.now() - last < plainEvery) return;
      last = performance.now();
      terminal.write(`${name}: step ${numbers(steps, loss, "").join(", ")}\n`);
    },
    evaluated: (line) => {
      last = performance.now();
      terminal.write(`${line}\n`);
    },
    note: (line) => void terminal.write(`${line}\n`),
    end: () => undefined,
  };
}

function moving(terminal: Terminal, name: string, total: number, numbers: Numbers): Progress {
  let last = -Infinity;
  let metric = "";
  let shown = false;
  const clear = (): void => {
    if (shown) terminal.write("\r\u001b[K");
    shown = false;
  };
  const print = (line: string): void => {
    clear();
    terminal.write(`${line}\n`);
  };
  return {
    step: (steps, loss) => {
      if (performance.now() - last < movingEvery && steps < total) return;
      last = performance.now();
      const width = (terminal.columns || 80) - 1;
      const parts = [...numbers(steps, loss, metric)];
      const free = (): number => width - name.length - parts.join(", ").length - 4;
      // What is wanted least gives way to the bar where the terminal is narrow.
      while (parts.length > 2 && free() < narrowestBar) parts.pop();
      const room = Math.min(widestBar, free());
      const filled = Math.round((room * steps) / total);
      const bar = room >= narrowestBar ? `[${"=".repeat(filled)}${" ".repeat(room - filled)}] ` : "";
      terminal.write(`\r\u001b[K${`${name} ${bar}${parts.join(", ")}`.slice(0, width)}`);
      shown = true;
    },
    evaluated: (line, short) => {
      metric = short;
      print(line);
    },
    note: print,
    end: clear,
  };
}
