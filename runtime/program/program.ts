// The program that commands work on: its runs, and where its files are.

import { join } from "node:path";
import type { Dataset } from "../data/dataset.js";
import { loadDataset, type LoadedDataset } from "../data/load.js";
import { UserError } from "./errors.js";
import { nearest } from "./nearest.js";
import { RunFolder } from "./run-folder.js";
import type { Run } from "./run.js";

/** What a generated program passes to `main`. */
export interface ProgramDefinition {
  /** The `.sop` file's name. */
  readonly source: string;
  /** Folder of the `.sop` file, relative to the program. */
  readonly directory: string;
  readonly runs: readonly Run[];
}

/** A definition with its folders resolved. */
export interface Program {
  readonly source: string;
  /** The path of that file as the user may name it here; its name where it is not found. */
  readonly path: string;
  readonly runs: readonly Run[];
  readonly dataDirectory: string;
  readonly runsDirectory: string;
  /** Does `runsDirectory` stand for the runs of all files, because the user named it? */
  readonly isRunsDirectoryGiven?: boolean;
}

/** The run of that name. `words` might have been meant as well. */
export function runOf(program: Program, name: string, words: readonly string[] = []): Run {
  const found = program.runs.find((run) => run.name === name);
  if (found !== undefined) return found;
  const names = program.runs.map((run) => run.name);
  const close = nearest(name, [...names, ...words]);
  const listed = names.length === 0 ? "it has none" : `it has ${names.map((one) => `\`${one}\``).join(", ")}`;
  throw new UserError(`\`${program.source}\` has no run \`${name}\`; ${listed}.`, close === null ? null : `Write \`${close}\` if that is meant.`, 2);
}

export function folderOf(program: Program, run: Run): RunFolder {
  const { declaredIn } = run;
  const folder = declaredIn === undefined || program.isRunsDirectoryGiven === true ? program.runsDirectory : join(program.runsDirectory, "..", declaredIn.directory, "runs");
  return new RunFolder(join(folder, run.name), run.name);
}

/** Loads datasets once each, however many runs use them. */
export class Datasets {
  private readonly loaded = new Map<Dataset, LoadedDataset>();

  constructor(
    private readonly program: Program,
    private readonly note: (line: string) => void,
  ) {}

  async get(dataset: Dataset): Promise<LoadedDataset> {
    const known = this.loaded.get(dataset);
    if (known !== undefined) return known;
    const found = await loadDataset(dataset, this.program.dataDirectory);
    for (const line of found.notes) this.note(`${dataset.name}: ${line}`);
    this.loaded.set(dataset, found);
    return found;
  }
}
