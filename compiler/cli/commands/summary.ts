// `sop summary [file] [model...]`: a table per model: output shape, weights trained and shipped, FLOPs and activation memory of each layer,
// and what is done with its kernel sets.

import { trainingMemory } from "../../semantics/budgets.js";
import type { Instance, Overparam, Run } from "../../semantics/semantic-model.js";
import { printSizes } from "../../semantics/types.js";
import { instanceTitle } from "../../services/instance-title.js";
import { gradientsPerStep, rowsPerStep } from "../../semantics/step-costs.js";
import { memory, whole } from "../../services/facts/figures.js";
import { rateFactor } from "../../services/rate-factor.js";
import { summarize } from "../../services/summary.js";
import type { Summary } from "../../services/summary.js";
import { displayWidth, printable } from "../../diagnostics/printable.js";
import { sourceAndRest } from "../find-source.js";
import { openProgram } from "../open-program.js";
import type { Terminal } from "../terminal.js";
import { modelsNamed } from "./named-models.js";

/** Prints the summaries of the models that are named, by their names or those of runs; without names of all models of a file that have numbers for all sizes. */
export function summaryCommand(words: readonly string[], options: { readonly json?: boolean }, terminal: Terminal): number {
  const { file, rest } = sourceAndRest(words);
  const program = openProgram(file, terminal);
  const named = new Set(rest.flatMap((name) => modelsNamed(program.model, name)));
  const models = program.model.instances.filter((instance) => rest.length === 0 || named.has(instance)).map((instance) => ({ instance, summary: summarize(instance), runs: program.model.runs.filter((run) => run.instance === instance) }));
  if (options.json === true) {
    const document = models.map(({ instance, summary, runs }) => ({ model: title(instance), runs: runs.map((run) => run.name), trainedMemory: Object.fromEntries(runs.map((run) => [run.name, trainingMemory(run.instance.graph, run.settings)])), rows: summary.rows.map((row) => ({ ...row, overparam: settings(row.overparam) })), totals: summary.totals }));
    terminal.out(`${JSON.stringify({ version: 1, models: document }, null, 2)}\n`);
    return 0;
  }
  if (models.length === 0) terminal.err("no model here has numbers for all sizes: name them in a `train` declaration, or give parameters defaults\n");
  terminal.out(
    models
      .map(({ instance, summary, runs }) => {
        const lines = [...kernelSets(summary, [...new Set(runs.map((run) => run.settings.optimizer.call))]), ...runs.map((run) => `  ${printable(run.name)}: training keeps ${memory(trainingMemory(run.instance.graph, run.settings))} (${stepText(run.settings)})`)];
        return `${terminal.strong(title(instance))}${runs.length > 0 ? `  (${runs.map((run) => run.name).join(", ")})` : ""}\n\n${table(summary)}${lines.map((line) => `${line}\n`).join("")}`;
      })
      .join("\n"),
  );
  return 0;
}

/** "batch 32, adam", "batch 32 x 4 = 128 rows a step, rk with 2 gradients a step". */
function stepText(settings: Run["settings"]): string {
  const { batch, accumulate = 1, optimizer, ema } = settings;
  const rows = rowsPerStep(settings);
  const gradients = gradientsPerStep(settings);
  const factors = [accumulate, rows / batch / accumulate].filter((factor) => factor > 1).map((factor) => ` x ${factor}`);
  return [
    `batch ${batch}${factors.join("")}${rows === batch ? "" : ` = ${whole(rows)} rows a step`}`,
    `${optimizer.call}${gradients === 1 ? "" : ` with ${gradients} gradients a step`}`,
    ...(ema === undefined ? [] : [`ships an average of weights, ${ema}`]),
  ].join(", ");
}

function title(instance: Instance): string {
  return printable(instanceTitle(instance));
}

function table({ rows, totals }: Summary): string {
  const head = ["layer", "output", "trained", "shipped", "FLOPs", "activations"];
  const cells = (name: string, shape: string, of: Summary["totals"]): readonly string[] => [name, shape, whole(of.weightsTrained), whole(of.weightsShipped), whole(of.flops), memory(of.activationBytes)];
  const body = rows.map((row) => cells(printable(row.path), `[${printSizes(row.shape, row.ragged)}]`, row));
  const all = [head, ...body, cells("total", "", totals)];
  const widths = head.map((_, column) => Math.max(...all.map((line) => displayWidth(line[column] ?? ""))));
  const line = (texts: readonly string[]): string =>
    `  ${texts.map((text, column) => { const pad = " ".repeat((widths[column] ?? 0) - displayWidth(text)); return column < 2 ? text + pad : pad + text; }).join("  ").trimEnd()}\n`;
  const rule = `  ${"-".repeat(widths.reduce((sum, width) => sum + width + 2, -2))}\n`;
  return line(head) + rule + body.map(line).join("") + rule + line(cells("total", "", totals));
}

/** One line for each way in which kernel sets of the model are trained, with the layers it is for. */
function kernelSets({ rows }: Summary, optimizers: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { overparam, path } of rows) {
    if (overparam === null || overparam.copies === 1) continue;
    const text = overparamText(overparam, optimizers);
    groups.set(text, [...(groups.get(text) ?? []), path]);
  }
  return [...groups].map(([text, paths]) => `  kernel sets: ${text} (${paths.length > 6 ? `${paths.length} layers` : paths.map(printable).join(", ")})`);
}

function overparamText(overparam: Overparam, optimizers: readonly string[]): string {
  const { copies, mix, per, init, moments, anneal } = overparam;
  return [
    `${copies} copies`,
    mix.rule === "dirichlet" ? `dirichlet(${mix.alpha})` : mix.rule,
    `per ${per}`,
    init.rule === "centred" ? `init centred, spread ${init.spread}` : `init ${init.rule}`,
    rateText(overparam, optimizers),
    ...(moments === "copies" ? ["moments per copy"] : []),
    ...(anneal === 0 ? [] : [`annealed over the last ${Math.round(anneal * 1000) / 10}%`]),
  ].join(", ");
}

/** "rates x 2.5 (mixture)"; one factor per optimizer where they differ. */
function rateText(overparam: Overparam, optimizers: readonly string[]): string {
  const factors = (optimizers.length > 0 ? optimizers : ["sgd"]).map((name) => ({ name, factor: `x ${Number(rateFactor(overparam, name).toPrecision(3))}` }));
  const isOne = new Set(factors.map(({ factor }) => factor)).size === 1;
  const text = isOne ? (factors[0]?.factor ?? "") : factors.map(({ name, factor }) => `${factor} with ${name}`).join(", ");
  return `rates ${text} (${overparam.rate})`;
}

/** The settings without their place in the source. */
function settings(overparam: Overparam | null) {
  if (overparam === null) return null;
  const { origin: _, ...rest } = overparam;
  return rest;
}
