// The folder of a run: `run.json`, `metrics.jsonl`, `checkpoints/`, `model.safetensors`. It knows whose run it holds and how
// far that is, and never lets one run write over another.

import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, readWhole, unwritable, writeFileAtomically } from "../checkpoint/files.js";
import { systemCode, UserError } from "./errors.js";
import { lockFile, unlockFile } from "./lock.js";
import { isRunRecord, type RunRecord } from "./run-record.js";

/** One of each at most; a file of a run has no reason to be larger. */
const largestRecord = 64_000_000;

/** A run's folder holds it as it was before the program changed. */
export class ChangedRun extends UserError {}


export class RunFolder {
  /** `model.safetensors`: the folded model of a finished run. */
  readonly model: string;
  readonly metrics: string;
  /** The checkpoint of the best evaluation, if the program asks for one. */
  readonly best: string;
  /** The rows that it chose to train on, if the program asks for that. */
  readonly selection: string;

  constructor(
    /** `runs/<name>` */
    readonly path: string,
    private readonly name: string,
  ) {
    this.model = join(path, "model.safetensors");
    this.metrics = join(path, "metrics.jsonl");
    this.best = join(path, "checkpoints", "best.safetensors");
    this.selection = join(path, "selection.safetensors");
  }

  /** Makes the folder and claims it for this process. With `aside`, an old folder is moved away first and `aside` told where to.
   * Call `release` at the end. */
  claim(aside: ((path: string) => void) | null): void {
    if (aside !== null && existsSync(this.path)) {
      this.lock();
      const moved = this.moveAside();
      unlockFile(join(moved, "lock"));
      aside(moved);
    }
    makeFolder(join(this.path, "checkpoints"));
    this.lock();
  }

  private lock(): void {
    const held = lockFile(join(this.path, "lock"));
    if (held !== null) throw new UserError(`\`${this.path}\` is in use by process ${held}.`, `Wait for it, or delete \`${join(this.path, "lock")}\` if that process is no run of sop.`);
  }

  /** Gives the folder up. */
  release(): void {
    unlockFile(join(this.path, "lock"));
  }

  /** What the folder holds, or null if it holds no run. */
  read(): RunRecord | null {
    const path = join(this.path, "run.json");
    const bytes = readWhole(path, largestRecord);
    if (bytes === null) return null;
    try {
      const parsed: unknown = JSON.parse(bytes.toString("utf8"));
      if (isRunRecord(parsed)) return parsed;
    } catch {
      // Falls through to the message below: what is wrong with the text does not help anyone.
    }
    throw new UserError(`\`${path}\` is not the record of a run.`, `Move \`${this.path}\` away, or train with \`--fresh\`.`);
  }

  write(record: RunRecord): void {
    writeFileAtomically(join(this.path, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Moves the whole folder to `<name>.old-<n>`, n the first that is free; gives the new name. */
  private moveAside(): string {
    for (let n = 1; ; n++) {
      const aside = `${this.path}.old-${n}`;
      if (existsSync(aside)) continue;
      try {
        renameSync(this.path, aside);
      } catch (error) {
        throw unwritable(error, this.path);
      }
      return aside;
    }
  }

  hasModel(): boolean {
    return existsSync(this.model);
  }

  /** The folded model after a step from which others start. */
  snapshot(step: number): string {
    return join(this.path, `model-step-${step}.safetensors`);
  }

  hasSnapshot(step: number): boolean {
    return existsSync(this.snapshot(step));
  }

  checkpoint(step: number): string {
    return join(this.path, "checkpoints", `step-${String(step).padStart(8, "0")}.safetensors`);
  }

  /** Steps of the checkpoints that are there, latest first. */
  checkpointSteps(): readonly number[] {
    let names: readonly string[];
    try {
      names = readdirSync(join(this.path, "checkpoints"));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw unwritable(error, this.path);
    }
    const steps = names.flatMap((name) => /^step-(\d{8,12})\.safetensors$/.exec(name)?.[1] ?? []).map(Number);
    return steps.sort((left, right) => right - left);
  }

  /** Deletes all but the latest `keep` checkpoints of a run that stands at step `reached`, and what a killed process left half-written.
   * Later ones, which were passed over because they are damaged, do not count, nor do those of `kept` steps, which stay. */
  prune(keep: number, reached: number, kept: readonly number[] = []): void {
    const own = this.checkpointSteps().filter((step) => step <= reached && !kept.includes(step));
    try {
      for (const step of own.slice(keep)) rmSync(this.checkpoint(step), { force: true });
      for (const folder of [this.path, join(this.path, "checkpoints")]) {
        for (const name of readdirSync(folder)) if (/\.\d+\.tmp$/.test(name)) rmSync(join(folder, name), { force: true });
      }
    } catch (error) {
      throw unwritable(error, this.path);
    }
  }

  /** The record if it may be continued under `identity`; null for a new run. Throws where something would be lost. */
  continued(identity: string, file: string): RunRecord | null {
    const found = this.read();
    if (found === null) return null;
    if (found.file !== file) {
      throw new UserError(`\`${this.path}\` holds the run \`${found.run}\` of \`${found.file}\`, expected one of \`${file}\`.`, `Rename the run \`${this.name}\`, or name another folder with \`--runs-dir\`.`);
    }
    if (found.identity === identity) return found;
    throw new ChangedRun(
      `\`${this.path}\` holds ${found.status === "finished" ? "a finished run" : `a run at step ${found.step} of ${found.steps}`} of another program: the model, the training clauses or the data of \`${this.name}\` have changed.`,
      "Train with `--fresh`, which moves the old folder aside and starts anew.",
    );
  }
}
