// Deep Fusion at equal training compute: a wide causal model that starts from two narrow ones (`fuse from`) and is trained on, beside the same
// model from scratch, on a text. `npx tsx bench/fusion-language.ts <text> [--width 16] [--steps 2000] [--seeds 3] [--jobs 2]
// [--folder bench/runs/fusion-16-2000]`.
//
// The budget is what `--steps` steps of the wide model cost; every arm spends it over all of its runs, sources with them. Rates and the share of
// sources are searched with two replicates of their own on the validation part; what is reported is measured with other seeds. The folder keeps
// what is trained: the same command goes on where it was stopped. It also has the results, as `report.md` and `curves.svg`.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { armsOf, Maker, type Setting } from "./support/fusion-arms.js";
import { headSize, type Trial } from "./support/fusion-program.js";
import { along, curveOf, ends, searched, type Result } from "./support/fusion-report.js";
import { RateSearch, search, Trainer } from "./support/fusion-trainer.js";
import { lineChart } from "./support/line-chart.js";

/** Where the searches begin. */
const start: Pick<Setting, "share" | "rates" | "std"> = { share: 0.5, std: 0.05, rates: { scratch: 8e-3, source: 16e-3, fused: 8e-3, alone: 16e-3 } };
const shares = [0.125, 0.25, 0.5];
/** Replicates that are for the searches. */
const tuning = [0, 1];

interface Found {
  readonly setting: Setting;
  /** What was searched, as Markdown. */
  readonly text: string;
}

/** Sources, and the wide model that is fused from them, for a share of the budget. */
function fusedWith(make: Maker, share: number, rate: number): readonly [left: Trial, right: Trial, fused: Trial] {
  const percent = nameOf(100 * share);
  const [left, right] = [make.narrow(`left_${percent}`, share / 2, 1), make.narrow(`right_${percent}`, share / 2, 2)];
  return [left, right, make.fused(`fused_${percent}_at_${nameOf(rate)}`, [left, right], "zeros", { share, rate })];
}

const nameOf = (rate: number): string => `${rate}`.replaceAll(/[.-]/g, "_");

/** The best rates, and the best share at them. Where that is not the first one, the rate after fusion is searched anew. */
function tuned(trainer: Trainer, first: Setting): Found {
  const makersOf = (setting: Setting): readonly Maker[] => tuning.map((replicate) => new Maker(setting, replicate, "tune_"));
  const basic = makersOf(first);
  const scratch = new RateSearch("rate, wide from scratch", first.rates.scratch, (rate) => basic.map((make) => make.scratch(`scratch_at_${nameOf(rate)}`, 1, rate)));
  const source = new RateSearch("rate, sources", first.rates.source, (rate) => basic.map((make) => make.narrow(`left_at_${nameOf(rate)}`, first.share / 2, 1, { rate })));
  const alone = new RateSearch("rate, narrow for the whole budget", first.rates.alone, (rate) => basic.map((make) => make.narrow(`alone_at_${nameOf(rate)}`, 1, 1, { rate })));
  search(trainer, [scratch, source, alone]);
  const rates = { ...first.rates, scratch: scratch.best, source: source.best, alone: alone.best };
  const makers = makersOf({ ...first, rates });
  const after = (share: number, from: number): RateSearch => {
    trainer.train(makers.flatMap((make) => fusedWith(make, share, from).slice(0, 2)));
    return new RateSearch(`rate after fusion, ${100 * share}% for sources`, from, (rate) => makers.map((make) => fusedWith(make, share, rate)[2]));
  };
  const fused = after(first.share, first.rates.fused);
  search(trainer, [fused]);
  trainer.train(shares.flatMap((share) => makers.flatMap((make) => fusedWith(make, share, fused.best))));
  const losses = new Map(shares.map((share) => [share, trainer.meanLoss(makers.map((make) => fusedWith(make, share, fused.best)[2]))]));
  const [share] = [...losses].reduce((a, b) => (b[1] < a[1] ? b : a), [first.share, Infinity] as const);
  const last = share === first.share ? fused : after(share, fused.best);
  search(trainer, [last]);
  return { setting: { ...first, share, rates: { ...rates, fused: last.best } }, text: searched([...new Set([scratch, source, alone, fused, last])], losses) };
}

/** Arms over the first `count` replicates after those of the searches, which are trained. */
function resultsOf(trainer: Trainer, setting: Setting, count: number): readonly Result[] {
  const replicates = Array.from({ length: count }, (_, i) => armsOf(setting, tuning.length + i).arms);
  return (replicates[0] ?? []).map((arm, index) => {
    const each = replicates.flatMap((arms) => arms[index] ?? []);
    return { arm, ends: each.map(({ run }) => trainer.outcome(run)), curve: curveOf(each.map((one) => ({ arm: one, outcome: (run) => trainer.outcome(run) }))) };
  });
}

function chartOf(results: readonly Result[], { steps, flops }: Setting): string {
  const lines = results.filter(({ curve }) => curve.length > 0).map(({ arm, curve }) => ({ title: arm.title, points: curve.map(({ spent, loss }) => [spent / 1e12, loss] as const) }));
  const lowest = Math.min(...lines.flatMap(({ points }) => points.map(([, loss]) => loss)));
  const low = Math.floor(lowest * 20) / 20;
  return lineChart(lines, { x: "training FLOPs, 10^12, those of sources with them", y: "validation loss" }, { x: (steps * flops.wide) / 1e12, low, high: low + 0.8 });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { width: { type: "string", default: "16" }, steps: { type: "string", default: "2000" }, seeds: { type: "string", default: "3" }, jobs: { type: "string", default: "2" }, folder: { type: "string" } },
});
const [path] = positionals;
if (path === undefined) throw new Error("Name a text: npx tsx bench/fusion-language.ts <text>");
if (!(Number(values.width) % headSize === 0)) throw new Error(`Write a --width that ${headSize}, the size of a head, divides.`);
const folder = values.folder ?? fileURLToPath(new URL(`runs/fusion-${values.width}-${values.steps}`, import.meta.url));
const trainer = new Trainer(folder, readFileSync(path), Number(values.width), Number(values.jobs));
const { narrow, wide } = trainer.costs();
const { setting, text } = tuned(trainer, { ...start, steps: Number(values.steps), flops: { narrow: narrow.flops, wide: wide.flops } });
const begin = `A step of the wide model is ${wide.flops.toLocaleString("en")} FLOPs, of a narrow one ${narrow.flops.toLocaleString("en")}.\n\n${text}`;
process.stdout.write(begin);
for (let count = 1; count <= Number(values.seeds); count++) {
  trainer.train(armsOf(setting, tuning.length + count - 1).trials);
  const results = resultsOf(trainer, setting, count);
  const report = `${begin}\n${count} of ${values.seeds} seeds:\n\n${ends(results, { narrow: narrow.weights, wide: wide.weights })}\n${along(results, setting, [0.125, 0.25, 0.5, 0.625, 0.75, 0.875, 1])}`;
  writeFileSync(join(folder, "report.md"), report);
  writeFileSync(join(folder, "curves.svg"), chartOf(results, setting));
  process.stdout.write(report.slice(begin.length));
}
