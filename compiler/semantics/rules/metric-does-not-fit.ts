// Metrics that read an output as something else than the loss makes of it, or that its last layer cannot give.

import type { LayerKind } from "../layers/layers.js";
import type { Application, Run } from "../semantic-model.js";
import type { Linted } from "./rule.js";

const regressions: ReadonlySet<LayerKind> = new Set<LayerKind>(["mse", "mae", "huber", "r2"]);
const bySign: ReadonlySet<LayerKind> = new Set<LayerKind>(["accuracy", "f1"]);
/** Functions whose values are never below 0. */
const neverNegative: ReadonlySet<LayerKind> = new Set<LayerKind>(["sigmoid", "softmax", "softplus", "relu", "exp", "sqrt"]);

/** Warns of metrics whose figures mean something else than their names say. */
export function metricDoesNotFit({ model, say, ownPlace }: Linted): void {
  for (const run of model.runs) {
    for (const application of run.metrics.applications) {
      const output = run.metrics.inputs[application.operands[0] ?? -1];
      const link = run.links.find((candidate) => candidate.output === output?.name);
      const why = output === undefined || link === undefined ? null : problem(run, application, output.name, link.link);
      const origin = why === null ? null : ownPlace([application.origin]);
      if (why !== null && origin !== null && output !== undefined) say("metric-does-not-fit", origin, { metric: application.layer, output: output.name, why });
    }
  }
}

function problem(run: Run, { layer, options, operands }: Application, output: string, link: "softmax" | "sigmoid" | "none"): string | null {
  const type = run.metrics.inputs[operands[0] ?? -1]?.type;
  const size = type?.shape[type.shape.length - 1] ?? 1;
  const losses = lossesOn(run, output);
  if (regressions.has(layer) && link !== "none") return `its loss takes logits, and \`${layer}\` compares them as they are with the target`;
  if (layer === "perplexity" && losses.length > 0 && !losses.some((loss) => loss === "cross_entropy" || loss === "kl")) return `it reads logits of classes, and the loss on it is \`${losses[0] ?? ""}\``;
  if (layer === "f1" && options["average"] === "binary" && size > 2) return `\`average: binary\` looks at class 1 alone, and there are ${size} classes`;
  const last = lastLayer(run, output);
  if (bySign.has(layer) && size === 1 && last !== null && neverNegative.has(last)) return `it goes by the sign of one logit, and \`${last}\` gives none below 0`;
  if (bySign.has(layer) && size === 1 && losses.length > 0 && losses.every((loss) => regressions.has(loss))) return `it goes by the sign of one logit, and \`${losses[0] ?? ""}\` fits the numbers of the target`;
  return null;
}

/** The losses that compare the output with something. */
function lossesOn({ loss }: Run, output: string): readonly LayerKind[] {
  const names = ["cross_entropy", "binary_cross_entropy", "kl", "mse", "mae", "huber"];
  return loss.applications.filter(({ layer, operands }) => names.includes(layer) && loss.inputs[operands[0] ?? -1]?.name === output).map(({ layer }) => layer);
}

function lastLayer({ instance: { graph } }: Run, output: string): LayerKind | null {
  const value = graph.outputs.find(({ name }) => name === output)?.value;
  return value === undefined ? null : (graph.applications[value - graph.inputs.length]?.layer ?? null);
}
