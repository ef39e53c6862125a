// Who has which positions of an axis: the solved form. Positions of a source come in its own order, so the owners say everything.

import type { AxisRuns, Owner, Run } from "../../ir/initializers.js";

/** The runs of an axis, neighbors of one owner joined. */
export interface Layout {
  readonly runs: readonly Run[];
}

/** Joins neighbors of one owner and drops empty runs. */
export function layoutOf(runs: readonly Run[]): Layout {
  const joined: Run[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    if (run.length === 0) continue;
    if (last !== undefined && last.owner === run.owner) joined[joined.length - 1] = { owner: run.owner, length: last.length + run.length };
    else joined.push(run);
  }
  return { runs: joined };
}

/** Is each position in all sources? */
export function isShared({ runs }: Layout): boolean {
  return runs.every((run) => run.owner === "shared");
}

/** Are some positions in all sources and some not? */
export function isMixed(layout: Layout): boolean {
  return !isShared(layout) && layout.runs.some((run) => run.owner === "shared");
}

export function hasNew({ runs }: Layout): boolean {
  return runs.some((run) => run.owner === "new");
}

/** Owners position by position. */
export function ownersOf({ runs }: Layout): readonly Owner[] {
  return runs.flatMap((run) => Array<Owner>(run.length).fill(run.owner));
}

/** The same runs with repetitions counted: what is stored and printed. */
export function toAxisRuns({ runs }: Layout): AxisRuns {
  for (let period = 1; period <= runs.length / 2; period++) {
    if (runs.length % period !== 0) continue;
    const repeats = runs.every((run, index) => {
      const same = runs[index % period];
      return same !== undefined && same.owner === run.owner && same.length === run.length;
    });
    if (repeats) return { copies: runs.length / period, runs: runs.slice(0, period) };
  }
  return { copies: 1, runs };
}
