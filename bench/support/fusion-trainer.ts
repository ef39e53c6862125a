// Trains runs of bench/fusion-language.ts in a folder that stays: what is finished there is not trained again, so that the benchmark goes on
// where it was stopped. Losses depend on neither threads nor jobs.

import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { batchSize, programOf, textsOf, type Size, type Trial } from "./fusion-program.js";
import { trainingFlops } from "./training-flops.js";

/** What a run came to. */
export interface Outcome {
  readonly trial: Trial;
  readonly valid: number;
  readonly test: number;
  /** Validation losses at the steps where it was evaluated. */
  readonly curve: readonly { readonly step: number; readonly loss: number }[];
}

export class Trainer {
  private readonly trials = new Map<string, Trial>();
  private readonly file: string;

  constructor(
    private readonly folder: string,
    bytes: Uint8Array,
    /** Of the narrow model. */
    private readonly width: number,
    private readonly jobs: number,
  ) {
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, "language.sop");
    for (const [name, text] of Object.entries(textsOf(bytes))) writeFileSync(join(folder, `${name}.txt`), text);
  }

  /** Trains those that are not yet; what they start from must be among them or before. */
  train(trials: readonly Trial[]): void {
    for (const trial of trials) this.trials.set(trial.name, trial);
    writeFileSync(this.file, programOf(this.width, [...this.trials.values()]));
    const { status, stdout } = this.sop(["train", this.file, ...trials.map(({ name }) => name), "--quiet", "--jobs", `${this.jobs}`, "--threads", "1"]);
    appendFileSync(join(this.folder, "train.log"), stdout);
    if (status !== 0) throw new Error(`training failed:\n${stdout}`);
  }

  /** Of a run that is trained. A half of the text has no validation of its own: NaN. */
  outcome(name: string): Outcome {
    const trial = this.trials.get(name);
    if (trial === undefined) throw new Error(`no run ${name}`);
    const read = (file: string): string => readFileSync(join(this.folder, "runs", name, file), "utf8");
    const { results }: { results: Readonly<Record<string, number>> } = JSON.parse(read("run.json"));
    const lines = read("metrics.jsonl").trimEnd().split("\n").map((line): Readonly<Record<string, number>> => JSON.parse(line));
    const curve = lines.flatMap((line) => (line["valid.loss"] === undefined ? [] : [{ step: line["step"] ?? NaN, loss: line["valid.loss"] }]));
    return { trial, valid: results["valid.loss"] ?? NaN, test: results["test.loss"] ?? NaN, curve };
  }

  /** Mean validation loss of runs that are trained. */
  meanLoss(trials: readonly Trial[]): number {
    return trials.reduce((sum, { name }) => sum + this.outcome(name).valid, 0) / trials.length;
  }

  /** Floating-point operations of a training step by size of the model, and weights. */
  costs(): Readonly<Record<Exclude<Size, "committee">, { readonly flops: number; readonly weights: number }>> {
    const trial = (name: Exclude<Size, "committee">): Trial => ({ name, size: name, text: "plays", steps: 1, rate: 1, seed: 0, every: 1 });
    const file = join(this.folder, "costs.sop");
    writeFileSync(file, programOf(this.width, [trial("narrow"), trial("wide")]));
    const { status, stdout } = this.sop(["summary", "--json", file]);
    if (status !== 0) throw new Error(`no summary:\n${stdout}`);
    const { models }: { models: readonly { readonly runs: readonly string[]; readonly totals: { readonly flops: number; readonly weightsShipped: number } }[] } = JSON.parse(stdout);
    const of = (name: string): { flops: number; weights: number } => {
      const { flops, weightsShipped } = models.find(({ runs }) => runs.includes(name))?.totals ?? { flops: NaN, weightsShipped: NaN };
      return { flops: trainingFlops(flops, batchSize), weights: weightsShipped };
    };
    return { narrow: of("narrow"), wide: of("wide") };
  }

  private sop(args: readonly string[]): { readonly status: number | null; readonly stdout: string } {
    return spawnSync(process.execPath, [fileURLToPath(new URL("../../bin/sop.cjs", import.meta.url)), ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1e8 });
  }
}

/** Looks for the highest rate with the least validation loss, the mean of several runs, by factors of two: over when half and double of the best are worse. */
export class RateSearch {
  /** Losses by rates. */
  readonly found = new Map<number, number>();
  private center: number;

  /** `trials` are the runs with a rate. */
  constructor(
    readonly title: string,
    start: number,
    readonly trials: (rate: number) => readonly Trial[],
  ) {
    this.center = start;
  }

  get best(): number {
    return [...this.found].reduce((best, each) => (each[1] < best[1] ? each : best), [this.center, Infinity] as const)[0];
  }

  /** Rates to try next; none: it is over. */
  next(): readonly number[] {
    this.center = this.best;
    return [this.center / 2, this.center, this.center * 2].filter((rate) => !this.found.has(rate));
  }
}

/** Brings searches to their end, all at once. */
export function search(trainer: Trainer, searches: readonly RateSearch[]): void {
  for (;;) {
    const wanted = searches.flatMap((each) => each.next().map((rate) => ({ each, rate, trials: each.trials(rate) })));
    if (wanted.length === 0) return;
    trainer.train(wanted.flatMap(({ trials }) => trials));
    for (const { each, rate, trials } of wanted) each.found.set(rate, trainer.meanLoss(trials));
  }
}
