// Runs of one model whose datasets read the same rows and split them differently: what one is tested on, another was trained on.

import type { DatasetModel } from "../semantic-model.js";
import type { Linted } from "./rule.js";

/** Warns at the second of two runs; a test figure is then no measure by which the two can be compared, or one can start from the other. */
export function splitsOverlap({ model, say, ownPlace }: Linted): void {
  model.runs.forEach((run, index) => {
    for (const earlier of model.runs.slice(0, index)) {
      if (earlier.instance.model !== run.instance.model || !isSameSource(earlier.dataset, run.dataset)) continue;
      const pair = [[run, earlier] as const, [earlier, run] as const].find(([trained, tested]) => overlaps(trained.dataset, tested.dataset));
      const origin = ownPlace([run.origin]);
      if (pair === undefined || origin === null) continue;
      const [trained, tested] = pair;
      const notes = [...new Set([earlier.dataset, run.dataset])].map((dataset) => ({ origin: dataset.origin, message: `\`${dataset.name}\` splits them here.` }));
      say("splits-overlap", origin, { trained: trained.name, tested: tested.name }, { notes });
      return;
    }
  });
}

function isSameSource(a: DatasetModel, b: DatasetModel): boolean {
  if (a === b) return false;
  const key = ({ source, origin }: DatasetModel): string => JSON.stringify([source, source.kind === "synthetic" ? "" : origin.file.split("/").slice(0, -1)]);
  return key(a) === key(b);
}

/** Is a training row of one surely a test row of the other? Splits are ranges of one order of the rows, unless they take different rows. */
function overlaps(trained: DatasetModel, tested: DatasetModel): boolean {
  // What folders are and what shares of all rows cannot be compared without the files.
  if ("folders" in trained.split || "folders" in tested.split) return "folders" in trained.split && "folders" in tested.split && trained.split.folders.train === tested.split.folders.test;
  const { train } = trained.split;
  const { train: before, valid, test } = tested.split;
  if (train === 0 || test === 0) return false;
  if (trained.split.order !== tested.split.order) return true;
  // Of fewer rows in the order of the file the shares are of other sizes; only the shuffled ones are sure to mix.
  if (trained.take !== tested.take) return trained.split.order === "shuffled";
  return before + valid < train - 1e-9;
}
