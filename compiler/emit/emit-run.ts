// A run: its loss and metrics functions, and `defineRun`.

import type { Graph, Module, Op } from "../ir/module.js";
import type { Run } from "../semantics/semantic-model.js";
import type { Origin } from "../source/source.js";
import type { Declaration } from "./declaration.js";
import { describeInstance, graphNamed, type EmittedModel } from "./emit-model.js";
import { emitSettings } from "./emit-settings.js";
import { emitBody } from "./function-body.js";
import { member, number, numbers, object, objectType, text, texts } from "./literals.js";
import type { Names } from "./names.js";
import type { Place, Promised, RunUnit, SourceUnit } from "./program-source.js";
import { call, runtimeType } from "./runtime-names.js";

/** Inputs of loss and metrics that are fields of the data have this before the field's name. */
const rowPrefix = "row.";
/** Inputs of the loss that are weights have this. They are columns of the rows that training is given, and absent in evaluation. */
const weightsPrefix = "weights.";

export interface EmittedRun {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

/** Constants of a program that runs refer to. */
export interface References {
  /** Of the run that is declared there. */
  readonly runAt: (origin: Origin) => string;
  /** The forward function of the model of a file of weights. */
  readonly forwardOf: (source: CheckpointUnit) => string;
}

type CheckpointUnit = Extract<SourceUnit, { readonly kind: "checkpoint" }>;

/** `placeOf` gives the line of an origin; `dataset` is the name of the dataset's constant. */
export function emitRun({ declaration: run, identity, modelIdentity, sources, promised, declaredIn }: RunUnit, module: Module, model: EmittedModel, dataset: string, names: Names, placeOf: (origin: Origin) => Place, refer: References): EmittedRun {
  const loss = names.take(`${run.name}_loss`);
  const metrics = names.take(`${run.name}_metrics`);
  const name = names.take(run.name);
  const inputs = object(run.feeds.map((feed) => [feed.input, member("rows", feed.field)]));
  const step = `(training, rows) => training.descend((weights, mode) => ${loss}(${model.forward}(weights, ${inputs}, mode), rows))`;
  const value = call(
    "defineRun",
    object([
      ["name", text(run.name)],
      ["model", text(describeInstance(run.instance))],
      ["identity", text(identity)],
      ["modelIdentity", text(modelIdentity)],
      ["dataset", dataset],
      ["weights", model.weights],
      ["forward", model.forward],
      ["feeds", object(run.feeds.map((feed) => [feed.input, text(feed.field)]))],
      ["aligned", run.aligned.length === 0 ? undefined : `[${run.aligned.map(texts).join(", ")}]`],
      ["positions", run.positions.length === 0 ? undefined : object(run.positions.map(({ item, field }) => [item, text(field)]))],
      ["loss", loss],
      ["metrics", metrics],
      ["links", object(run.links.map((link) => [link.output, emitLink(link)]))],
      ["sources", sources.length === 0 ? undefined : object(sources.map((source) => [source.name, emitSource(source, run, refer)]))],
      ["claims", promised === null ? undefined : emitClaims(promised, module, placeOf)],
      ["segments", emitSegments(module)],
      ["declaredIn", declaredIn === null ? undefined : object([["file", text(declaredIn.file)], ["directory", text(declaredIn.directory)]])],
      ["step", step],
      ...emitSettings(run.settings),
      ["places", `[${model.body.calls.map((op) => emitPlace(op, placeOf(op.origin), placeOf(run.origin))).join(", ")}]`],
    ]),
  );
  return {
    name,
    declarations: [
      comparison(loss, graphNamed(module, "loss"), run, `Terms of the loss of ${run.name}; it is their sum.`),
      comparison(metrics, graphNamed(module, "metrics"), run, `Metrics of ${run.name}.`),
      { kind: "constant", name, value, doc: run.doc ?? `${run.name}: ${describeInstance(run.instance)} on ${run.dataset.name}.`, exported: true, origin: run.origin },
    ],
  };
}

function emitSource(source: SourceUnit, { feeds }: Run, refer: References): string {
  if (source.kind === "run") {
    const fed = source.reads?.flatMap(([input, outer]) => feeds.flatMap((feed) => (feed.input === outer ? [texts([input, feed.field])] : [])));
    return object([["run", refer.runAt(source.origin)], ["step", source.step === null ? undefined : number(source.step)], ["feeds", fed === undefined ? undefined : `[${[...new Set(fed)].join(", ")}]`]]);
  }
  const shapes = object(source.module.weights.map(({ path, shape }) => [path, numbers(shape)]));
  return object([["checkpoint", text(source.file)], ["model", text(source.instance.model)], ["forward", refer.forwardOf(source)], ["shapes", shapes], ["segments", emitSegments(source.module)]]);
}

/** What `sop prove` measures. */
function emitClaims({ mix, outputs, convex }: Promised, module: Module, placeOf: (origin: Origin) => Place): string {
  const forward = graphNamed(module, "forward");
  const words = (origin: Origin | undefined): string => {
    if (origin === undefined) return text("");
    const { file, line } = placeOf(origin);
    return text(`${file}:${line}`);
  };
  const claimed = outputs.map((claim) => {
    const made = forward.outputs.find(({ name }) => name === claim.output)?.value ?? -1;
    const rest = claim.kind === "weighted-sum" ? ([["factors", numbers(claim.factors)]] as const) : claim.kind === "not" ? ([["causes", texts(claim.causes)]] as const) : claim.kind === "function-of-mean" ? ([["through", text(claim.through)], ["reads", words(claim.at)]] as const) : [];
    return [claim.output, object([["kind", wordOf(claim.output, claim.kind)], ...rest, ["place", words(forward.ops[made - forward.inputs.length]?.origin)]])] as const;
  });
  return object([["mix", `[${mix.map(({ source, share }) => `[${text(source)}, ${number(share)}]`).join(", ")}]`], ["outputs", object(claimed)], ["convex", texts(convex)]]);
}

/** What norms of a fused model keep apart, by their paths: part of the model wherever its weights are. */
function emitSegments(module: Module): string | undefined {
  const found = graphNamed(module, "forward").ops.flatMap(({ path, attributes }) => (Array.isArray(attributes["segments"]) ? [[path, numbers(attributes["segments"] as readonly number[])] as const] : []));
  return found.length === 0 ? undefined : object([...new Map(found)]);
}

function emitLink({ output, link, classes, field, ragged }: Run["links"][number]): string {
  return object([["link", wordOf(output, link)], ["classes", classes === null ? "null" : texts(classes)], ["field", field === null ? "null" : text(field)], ["ragged", ragged === undefined ? undefined : text(ragged)]]);
}

/** One of some words, in a value of the key `key`. */
function wordOf(key: string, word: string): string {
  // TypeScript gives `constructor` and the like the type of Object's own member, which does not say that a literal is wanted.
  return Object.hasOwn(Object.prototype, key) ? `${text(word)} as const` : text(word);
}

/** A loss or metrics function: of the model's outputs and a batch of rows. */
function comparison(name: string, graph: Graph, run: Run, doc: string): Declaration {
  const fields = graph.inputs.filter((input) => input.name.startsWith(rowPrefix)).map((input) => input.name.slice(rowPrefix.length));
  const weights = graph.inputs.filter((input) => input.name.startsWith(weightsPrefix)).map((input) => input.name);
  const outputs = graph.inputs.filter((input) => !input.name.startsWith(rowPrefix) && !input.name.startsWith(weightsPrefix)).map((input) => input.name);
  const body = emitBody(graph, {
    input: (input) => (input.startsWith(rowPrefix) ? member("row", input.slice(rowPrefix.length)) : member(input.startsWith(weightsPrefix) ? "row" : "output", input)),
    reserved: ["output", "row", name],
    results: "inline",
  });
  const parameters = [
    { name: "output", type: objectType(outputs, runtimeType("Tensor")) },
    { name: "row", type: objectType(fields, runtimeType("Tensor"), weights) },
  ];
  return { kind: "function", name, parameters, body, doc, exported: false, origin: run.origin };
}

/** `["dense", 17]`: the layer or op, and its line in the file of the run; of a model from another file that place, and the line of the run. */
function emitPlace(op: Op, place: Place, run: Place): string {
  const name = op.path === "" ? op.kind : op.path;
  return place.file === run.file ? `[${text(name)}, ${number(place.line)}]` : `[${text(`${name} (${place.file}:${place.line})`)}, ${number(run.line)}]`;
}
