// `overparam`, `frozen` and `fuse from`: what they cost, what becomes of them.

import type { Annotation, Fuse } from "../../ast/ast.js";
import type { Overparam } from "../../semantics/semantic-model.js";
import type { ReachCost } from "../facts/costs.js";
import { whole } from "../facts/figures.js";
import type { FusionWords } from "../facts/fusion-words.js";
import { placeKey } from "../facts/place-key.js";
import { rateFactor } from "../rate-factor.js";
import type { Snapshot } from "../snapshot.js";
import { code, pageOf, sections } from "./pages.js";

/** Lines of a list; of more their number. */
const most = 6;

export function annotationMarkdown(snapshot: Snapshot, file: string, annotation: Annotation): string {
  if (annotation.kind === "frozen") return sections([code("frozen"), pageOf(snapshot.host, "frozen")?.doc ?? ""]);
  const text = snapshot.textOf(file).slice(annotation.span.start, annotation.span.end);
  const reaches = snapshot.facts.reachAt({ file, span: annotation.span });
  const isOff = annotation.form === "short" && annotation.arguments[0]?.value.kind === "number" && annotation.arguments[0].value.text === "1";
  const nothing = isOff ? "Switches off the `overparam` around it." : "";
  const page = pageOf(snapshot.host, "overparam", ["annotation"])?.doc ?? "";
  if (reaches.length === 0) return sections([code(text), nothing || page]);
  return sections([code(text), reachText(reaches), settingsText(snapshot, reaches)]);
}

/** One sentence where all models agree; else a line for each. */
function reachText(reaches: readonly ReachCost[]): string {
  const [first] = reaches;
  const figures = reaches.map(({ weightsTrained, weightsShipped }) => `${whole(weightsTrained)} weights trained, ${whole(weightsShipped)} shipped`);
  if (first === undefined) return "";
  if (new Set(reaches.map((reach, index) => `${layersText(reach)} ${figures[index] ?? ""}`)).size === 1) return `Trains ${layersText(first)} and ships their mean: ${figures[0] ?? ""}.`;
  const lines = reaches.slice(0, most).map((reach, index) => `- \`${reach.title}\`: ${layersText(reach)}, ${figures[index] ?? ""}`);
  return ["Trains several copies of each kernel and ships their mean:", ...lines, ...(reaches.length > most ? [`- and ${reaches.length - most} more models`] : [])].join("\n");
}

function layersText({ overparam, paths }: ReachCost): string {
  const shown = paths.slice(0, 3).map((path) => `\`${path}\``).join(", ");
  const layers = paths.length === 1 ? shown : `${whole(paths.length)} layers (${shown}${paths.length > 3 ? ", ..." : ""})`;
  return `${overparam.copies} copies of the kernels of ${layers}`;
}

/** How copies are mixed, begin and move; with the models where they differ. */
function settingsText(snapshot: Snapshot, reaches: readonly ReachCost[]): string {
  const groups = new Map<string, string[]>();
  for (const { title, overparam } of reaches) {
    const text = `ixed by ${mixText(overparam)} per ${overparam.per}; copies begin ${initText(overparam)}; ${rateText(snapshot, overparam)}${overparam.anneal === 0 ? "" : `; annealed over the last ${Number((overparam.anneal * 100).toPrecision(4))}%`}.`;
    groups.set(text, [...(groups.get(text) ?? []), title]);
  }
  const all = [...groups];
  return all.length === 1 ? `M${all[0]?.[0] ?? ""}` : all.map(([text, titles]) => `- ${titles.slice(0, 3).map((title) => `\`${title}\``).join(", ")}: m${text}`).join("\n");
}

function mixText({ mix }: Overparam): string {
  return mix.rule === "dirichlet" ? `\`dirichlet(${mix.alpha})\`` : `\`${mix.rule}\``;
}

function initText({ init }: Overparam): string {
  if (init.rule !== "centred") return `as draws of their own (\`${init.rule}\`)`;
  return init.spread === 0 ? "equal" : `around the plain kernel, ${init.spread} of its deviation apart`;
}

/** By the optimizers of the runs that have it. */
function rateText({ model }: Snapshot, overparam: Overparam): string {
  const key = placeKey(overparam.origin);
  const runs = model.runs.filter(({ instance }) => instance.graph.applications.some((application) => application.overparam !== null && placeKey(application.overparam.origin) === key));
  const optimizers = [...new Set(runs.map(({ settings }) => settings.optimizer.call))];
  const factors = (optimizers.length === 0 ? ["sgd"] : optimizers).map((name) => ({ name, factor: Number(rateFactor(overparam, name).toPrecision(3)) }));
  const isOne = new Set(factors.map(({ factor }) => factor)).size === 1;
  return `rates times ${isOne ? String(factors[0]?.factor ?? 1) : factors.map(({ name, factor }) => `${factor} with ${name}`).join(", ")}`;
}

export function fuseMarkdown(snapshot: Snapshot, file: string, fuse: Fuse): string {
  const text = snapshot.textOf(file).slice(fuse.span.start, fuse.span.end);
  const found = snapshot.facts.fusionAt({ file, span: fuse.span });
  if (found.length === 0) return sections([code(text), "The model begins with the weights of smaller trained ones, side by side in widths that grow (Deep Fusion). `sop explain fuse` has all of it."]);
  return sections([code(text), ...found.map(fusionText)]);
}

function fusionText({ prefix, sources, outputs, parts, newLayers, problems }: FusionWords): string {
  const shares = new Set(sources.map(({ share }) => share)).size === 1;
  const named = sources.map(({ name, model, share }) => `- \`${name}\`, \`${model}\`${shares ? "" : `, ${Number((share * 100).toPrecision(4))}% of the mean`}`);
  return sections([
    `${prefix === "" ? "Starts" : `\`${prefix}\` starts`} from`,
    named.join("\n"),
    outputs.map(({ name, text, causes }) => [`At step 0 \`${name}\` ${text}.`, ...causes.map((cause) => `- ${cause}`)].join("\n")).join("\n\n"),
    parts.length === 0 ? "" : ["What weights begin with:", ...limited(parts.map(({ weights, text }) => `- ${weightNames(weights)}: ${text}`))].join("\n"),
    newLayers.length === 0 ? "" : `New layers, which begin by adding nothing: ${newLayers.map((layer) => `\`${layer}\``).join(", ")}.`,
    problems.length === 0 ? "" : `It cannot be put together: ${problems.join("; ")}.`,
  ]);
}

function weightNames(weights: readonly string[]): string {
  const shown = weights.slice(0, 3).map((weight) => `\`${weight}\``).join(", ");
  return weights.length > 3 ? `${shown} and ${weights.length - 3} more` : shown;
}

function limited(lines: readonly string[]): readonly string[] {
  return lines.length > most + 2 ? [...lines.slice(0, most + 2), `- and ${lines.length - most - 2} more kinds`] : lines;
}
