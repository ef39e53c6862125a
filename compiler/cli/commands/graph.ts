// `sop graph [file] [model]`: a model as a picture, as it is trained or folded.

import type { Instance, SemanticModel } from "../../semantics/semantic-model.js";
import { graphView, type GraphView } from "../../services/graph-view.js";
import { instanceTitle } from "../../services/instance-title.js";
import { mermaid } from "../../services/mermaid.js";
import { Failure } from "../failure.js";
import { sourceAndRest } from "../find-source.js";
import { openProgram } from "../open-program.js";
import type { Terminal } from "../terminal.js";
import { writeFile } from "../write-file.js";
import { formatOfFile, type GraphFormat } from "./graph-formats.js";
import { modelsNamed, nameOne } from "./named-models.js";

export interface GraphOptions {
  /** How to draw; what the ending of `out` asks for unless given, and without a file Mermaid. */
  readonly format: GraphFormat | undefined;
  readonly folded: boolean;
  /** The file to write; standard output unless given. */
  readonly out: string | undefined;
}

/** Draws one model: the one of that name, or of the run of that name; the only one unless named. */
export async function graphCommand(words: readonly string[], options: GraphOptions, terminal: Terminal): Promise<number> {
  const { file, rest } = sourceAndRest(words);
  if (rest.length > 1) throw new Failure("`sop graph` draws one model at a time", "Name one model.", 2);
  const format = options.format ?? (options.out === undefined ? "mermaid" : formatOfFile(options.out));
  if (format === null) throw new Failure(`the ending of \`${options.out}\` says neither SVG nor Mermaid`, "Name a file that ends in `.svg` or `.mmd`, or say `--format svg` or `--format mermaid`.", 2);
  const { model } = openProgram(file, terminal);
  const instance = chosen(model, rest[0]);
  const title = `${instanceTitle(instance)}, ${options.folded ? "folded" : "trained"}`;
  const text = await textOf(graphView(instance, options.folded ? "folded" : "trained"), title, format);
  if (options.out === undefined) terminal.out(text);
  else writeFile(options.out, text);
  return 0;
}

async function textOf(view: GraphView, title: string, format: GraphFormat): Promise<string> {
  if (format === "mermaid") return mermaid(view, title);
  // What lays out a picture is loaded for pictures only.
  const { isDrawable, svg } = await import("../../services/drawing/svg.js");
  if (!isDrawable(view)) throw new Failure(`this model has ${view.nodes.length.toLocaleString("en-US")} layers that differ, too many for a picture`, "Say `--format mermaid` for their text, or `sop summary` for a table.");
  return svg(view, title);
}

function chosen(model: SemanticModel, name: string | undefined): Instance {
  const { instances, runs } = model;
  const [only, ...others] = instances;
  if (only === undefined) throw new Failure("no model here has numbers for all sizes", "Name the model in a `train` declaration, or give its parameters defaults.");
  if (name === undefined) {
    if (others.length === 0) return only;
    throw new Failure(`this file has ${instances.length} models`, nameOne(model), 2);
  }
  const [first, ...more] = modelsNamed(model, name);
  if (more.length > 0) {
    const using = runs.filter(({ instance }) => instance.model === name).map((each) => `\`${each.name}\``);
    throw new Failure(`\`${name}\` is used with ${more.length + 1} different sets of arguments`, `Name the run: ${using.slice(0, 8).join(", ")}.`, 2);
  }
  return first;
}
