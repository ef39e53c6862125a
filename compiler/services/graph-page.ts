// What an editor shows beside a file: its models, and one of them drawn as it is trained and as it ships, with the places of its layers.

import type { Instance, SemanticModel } from "../semantics/semantic-model.js";
import { graphView, originsOf, type GraphNode } from "./graph-view.js";
import { instanceTitle } from "./instance-title.js";
import type { Snapshot } from "./snapshot.js";
import { summarize } from "./summary.js";

/** A model with numbers for all its sizes. */
export interface ModelChoice {
  /** By which it is asked for: of a run that trains it, else the model's. */
  readonly name: string;
  /** With its arguments: `Digits(width: 16)`. */
  readonly title: string;
  /** That train it, in order of the text. */
  readonly runs: readonly string[];
}

export interface GraphPage {
  readonly models: readonly ModelChoice[];
  /** Which of them is drawn, or null: there is none. */
  readonly chosen: number | null;
  /** SVG without colors: its classes are those of drawing/svg.ts, its ids those of the nodes with `trained-` and `folded-` before them. */
  readonly drawings: { readonly trained: string; readonly folded: string } | null;
  /** By the ids of nodes, without what stands before them: the layer's call, or where that stands in a package, the call in the program that led to it. */
  readonly places: Readonly<Record<string, { readonly path: string; readonly start: number; readonly end: number }>>;
  /** Why nothing is drawn, in words. */
  readonly problem: string | null;
}

type Asked = Pick<Snapshot, "model" | "files">;

/** The models of the open file. */
export function modelChoices({ model }: Pick<Snapshot, "model">): readonly ModelChoice[] {
  return model.instances.map((instance) => {
    const runs = model.runs.filter((run) => run.instance === instance).map((run) => run.name);
    return { name: runs[0] ?? instance.model, title: instanceTitle(instance), runs };
  });
}

/**
 * Draws a model of the open file. `name` is that of a model, with or without arguments, or of a run; where it is null or nothing of that name
 * is declared (any more), the model or run that `offset` stands in is taken, else the first that can be drawn.
 */
export async function graphPage(snapshot: Asked, name: string | null, offset = 0): Promise<GraphPage> {
  const models = modelChoices(snapshot);
  const { instances } = snapshot.model;
  const chosen = indexOf(snapshot, models, name, offset);
  const instance = typeof chosen === "number" ? instances[chosen] : undefined;
  if (typeof chosen === "string" || instance === undefined) return { models, chosen: null, drawings: null, places: {}, problem: String(chosen) };
  const [trained, folded] = [graphView(instance, "trained"), graphView(instance, "folded")];
  // What lays out a picture is loaded for pictures only.
  const { isDrawable, svgPart } = await import("./drawing/svg.js");
  if (!isDrawable(trained)) return { models, chosen, drawings: null, places: {}, problem: `This model has ${trained.nodes.length.toLocaleString("en-US")} layers that differ, too many for a picture.` };
  const { weightsTrained, weightsShipped } = summarize(instance).totals;
  const drawings = { trained: svgPart(trained, `trained: ${weightsIn(weightsTrained)}`, "trained-", folded), folded: svgPart(folded, `folded: ${weightsIn(weightsShipped)}`, "folded-", trained) };
  return { models, chosen, drawings, places: placesOf(instance, trained.nodes), problem: null };
}

function weightsIn(count: number): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? "weight" : "weights"}`;
}

/** The index of the model that is meant, or why there is none. */
function indexOf({ model, files }: Asked, models: readonly ModelChoice[], name: string | null, offset: number): number | string {
  const declared = (files.get(model.main)?.program.declarations ?? []).filter((each) => each.kind === "model" || each.kind === "train");
  const around = declared.find(({ span }) => span.start <= offset && offset <= span.end)?.name.text;
  for (const each of [name ?? "", around ?? ""]) {
    const index = named(model, models, each);
    if (index >= 0) return index;
    const typed = declared.find((declaration) => declaration.name.text === each.replace(/\(.*/s, ""));
    // Not another one, while its own text is being typed.
    if (typed !== undefined) return `\`${typed.name.text}\` cannot be drawn: it has mistakes, or sizes without numbers.`;
  }
  return models.length > 0 ? 0 : "No model here has numbers for all sizes: name them in a `train` declaration, or give parameters defaults.";
}

function named({ instances }: SemanticModel, models: readonly ModelChoice[], name: string): number {
  const tries: readonly ((choice: ModelChoice, index: number) => boolean)[] = [
    ({ runs }) => runs.includes(name),
    ({ title }) => title === name,
    ({ runs }, index) => runs.length === 0 && instances[index]?.model === name,
    (_, index) => instances[index]?.model === name,
  ];
  return tries.map((isMeant) => models.findIndex(isMeant)).find((index) => index >= 0) ?? -1;
}

function placesOf(instance: Instance, nodes: readonly GraphNode[]): GraphPage["places"] {
  return Object.fromEntries(
    nodes.flatMap((node) => {
      const origins = originsOf(instance, node);
      const place = origins.find(({ file }) => !isPackaged(file)) ?? origins[0];
      return place === undefined ? [] : [[node.id, { path: place.file, ...place.span }]];
    }),
  );
}

/** Does a file come with sop or with a package? */
function isPackaged(file: string): boolean {
  return file.startsWith("sop:") || /(^|[/\\])node_modules[/\\]/.test(file);
}
