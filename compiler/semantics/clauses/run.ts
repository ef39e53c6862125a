// A `train` declaration, checked: the model's instance, the data it reads, what is minimized and measured, the settings.

import type { Body, Model, Train } from "../../ast/ast.js";
import { suggest } from "../../diagnostics/suggest.js";
import { checkBudget } from "../budgets.js";
import { modelInputs } from "../callables.js";
import { at, Exhausted, type Context, type Env } from "../context.js";
import { fitsType } from "../declared-types.js";
import { instantiate, type Instances } from "../elaborate/instantiate.js";
import { readModelCall, resolveModel } from "../elaborate/resolve-model.js";
import { kindOf, originOf, type FileScope } from "../files.js";
import { elements } from "../layers/shape-rules.js";
import { oneOf } from "../option-words.js";
import { bareName } from "../read-options.js";
import { importing, standardName } from "../standard-names.js";
import { replacement, type ReportDetails } from "../report.js";
import type { Origin } from "../../source/source.js";
import type { TensorType } from "../types.js";
import { Scope } from "../scope.js";
import type { Graph, Instance, Run } from "../semantic-model.js";
import { collectClauses, onlyPart, type CollectedClauses, type PlacedClause } from "./collect.js";
import { readDataset, unknownDataset, type CheckedDataset, type Datasets } from "./dataset.js";
import { printField, type DeclaredField } from "./fields.js";
import { links } from "./links.js";
import { alignedFields, feedsOf, positionsOf } from "./lengths.js";
import { readObjectives, type Objectives } from "./objectives.js";
import { checkSourceData } from "../fusion/source-data.js";
import { checkSourceMoments } from "../fusion/source-moments.js";
import { trainedLayers } from "./trained-layers.js";
import { readSelect } from "./select.js";
import { readSettings } from "./settings.js";
import { hasValid } from "./split.js";
import { readWeigh } from "./weigh.js";

export interface Caches {
  readonly instances: Instances;
  readonly datasets: Datasets;
  /** Each run is read once; "reading": it is being read. */
  readonly runs: Map<Train, Run | "reading" | null>;
}

/** The run, or null where something was reported. Runs that it starts from are read on the way. */
export function readRun(context: Context, caches: Caches, entry: { readonly file: FileScope; readonly node: Train }): Run | "reading" | null {
  const known = caches.runs.get(entry.node);
  if (known !== undefined) return known;
  caches.runs.set(entry.node, "reading");
  const run = readOnce(context, caches, entry);
  caches.runs.set(entry.node, run);
  return run;
}

/** The runs that are being read because `run` is and starts from them, from the outside in. */
export function runsWithin({ runs }: Caches, run: Train): readonly string[] {
  const reading = [...runs].flatMap(([node, state]) => (state === "reading" ? [node] : []));
  return reading.slice(reading.indexOf(run) + 1).map(({ name }) => name.text);
}

function readOnce(context: Context, caches: Caches, { file, node }: { readonly file: FileScope; readonly node: Train }): Run | null {
  const env: Env = { context, file, scope: new Scope(), site: null };
  const errors = context.report.errors();
  const { depth } = context.spent;
  try {
    const run = readParts(env, caches, node);
    return context.report.errors() > errors ? null : run;
  } catch (thrown) {
    context.spent.depth = depth;
    if (thrown instanceof Exhausted) return null;
    throw thrown;
  }
}

function readParts(env: Env, caches: Caches, node: Train): Run | null {
  const errors = env.context.report.errors();
  const clauses = collectClauses(env, node.clauses, "train");
  const dataset = findDataset(env, caches.datasets, node);
  const named = readModelCall(env, node.model);
  const model = named === null ? null : resolveModel(env.context, named.entry, named.values, named.reach);
  const feeds = readFeeds(clauses);
  const fieldOf = (input: string): string => feeds.get(input)?.field ?? input;
  const fed = model === null ? null : fedShapes(model.node, dataset.fields, fieldOf);
  const build = (shapes: ReadonlyMap<string, readonly number[]> | null): Instance | "symbolic" | null =>
    model === null || named === null ? null : instantiate(env.context, caches.instances, model, named.entry.node.name.text, shapes, env, node.model.span);
  const plain = build(null);
  const built = plain === "symbolic" && fed !== null ? build(fed) : plain;
  const instance = built === "symbolic" ? null : built;
  const fits = model === null || checkInputs(env, node, model.node, instance, dataset, feeds, fieldOf);
  const nameable = { instance, outputs: instance?.graph.outputs.map(({ name }) => name) ?? (model === null ? [] : outputNames(model.node)), fields: dataset.fields, unread: dataset.unread, fieldOf };
  // Names mean nothing where neither the model nor the data are known; what does not fit at the input would not fit at the loss either.
  const isKnown = fits && model !== null && dataset.fields !== null && nameable.outputs.length > 0;
  const objectives = (purpose: "loss" | "metrics", earlier: Objectives | null): Objectives | null =>
    isKnown ? standingAtUse(env, clauses.bySlot.get(purpose), () => readObjectives(env, clauses.bySlot.get(purpose), purpose, nameable, earlier)) : null;
  const loss = objectives("loss", null);
  const metrics = objectives("metrics", loss);
  const names = loss === null || metrics === null || !loss.isRead || !metrics.isRead || clauses.hasUnread ? null : [...loss.names, ...metrics.names];
  const settings = readSettings(env, clauses, node.name.text, at(env, node.name.span), { names, hasValid: dataset.model === null || hasValid(dataset.model.split) });
  const linked = instance === null || loss?.graph == null ? null : links(instance, loss.graph, dataset.fields ?? [], fieldOf);
  const weigh = readWeigh(clauses.bySlot.get("weigh"), loss?.graph ?? null, nameable);
  const select = readSelect(clauses.bySlot.get("select"), nameable.outputs, loss?.graph ?? null, linked);
  if (instance === null || linked === null || dataset.model === null || settings === null || loss?.graph == null || metrics?.graph == null) return null;
  if (env.context.report.errors() === errors) checkTraining(env, node, clauses, instance, loss.graph);
  for (const { statement, env: place } of clauses.budgets) checkBudget(place, statement, instance.graph, settings);
  for (const check of env.context.traces.get(instance)?.budgets ?? []) check({ instance, settings });
  const run: Run = {
    name: node.name.text,
    doc: node.doc,
    instance,
    dataset: dataset.model,
    feeds: feedsOf(instance, fieldOf),
    aligned: alignedFields(instance, [loss.graph, metrics.graph], fieldOf),
    positions: [...positionsOf(loss.graph).map(({ item, field }) => ({ item: `loss.${item}`, field })), ...positionsOf(metrics.graph)],
    loss: loss.graph,
    metrics: metrics.graph,
    links: linked,
    settings: { ...settings, ...(weigh === undefined ? {} : { weigh }), ...(select === undefined ? {} : { select }) },
    origin: at(env, node.name.span),
  };
  env.context.clauses.set(run, clauses);
  checkSourceData(env, run);
  checkSourceMoments(env, run);
  return run;
}

// What a recipe of another file says of a model and data that it does not know stands at the `use` that brings it, as one message.
function standingAtUse<T>(env: Env, placed: PlacedClause | undefined, work: () => T): T {
  const { report } = env.context;
  const from = report.diagnostics.length;
  const value = work();
  const { use } = placed ?? {};
  if (placed === undefined || use === undefined || placed.env.file === env.file) return value;
  const word = placed.clause.word.text;
  let told = false;
  report.relocate(from, (diagnostic) => {
    if (diagnostic.origin.file !== placed.env.file.path) return diagnostic;
    if (told) return null;
    told = true;
    const help = `Write a \`${word}\` of the run's own beside \`use\`, which then wins.`;
    return { ...diagnostic, origin: use, help: diagnostic.id === "unknown-name" && diagnostic.help !== null ? `${help} ${diagnostic.help}` : help, notes: [{ origin: diagnostic.origin, message: "The recipe says so here." }, ...diagnostic.notes], fixes: [] };
  });
  return value;
}

// A run that changes no weight is a mistake; one that leaves some as they begin may be one.
function checkTraining(env: Env, node: Train, clauses: CollectedClauses, instance: Instance, loss: Graph): void {
  const placed = clauses.bySlot.get("loss");
  if (placed === undefined) return;
  const { read, unread } = trainedLayers(loss, instance);
  const origin = at(placed.env, placed.clause.span);
  const [first] = unread;
  if (read.length === 0) env.context.report.say("nothing-to-train", origin, { run: node.name.text, model: instance.model }, { notes: [{ origin: instance.origin, message: "The model is declared here." }] });
  else if (first !== undefined) env.context.report.say("layer-without-loss", first.origin, { layer: first.path, run: node.name.text }, { notes: [{ origin, message: "The loss is this." }] });
}

function findDataset(env: Env, datasets: Datasets, node: Train): CheckedDataset {
  const name = node.data.names.map((each) => each.text).join(".");
  if (name === "" || env.file.broken.has(name)) return unknownDataset;
  const entry = env.file.entries.get(name);
  const origin = at(env, node.data.span);
  // What the fields would be is not known where the text is broken.
  if (entry?.node.kind === "data" && entry.file.tainted.has(entry.node.span.start)) return unknownDataset;
  if (entry?.node.kind === "data") return readDataset(env.context, datasets, { file: entry.file, node: entry.node });
  if (entry !== undefined) {
    env.context.report.say("wrong-declaration", origin, { name, found: kindOf(entry.node), expected: "a dataset" }, { notes: [{ origin: originOf(entry), message: `\`${name}\` is declared here.` }] });
    return unknownDataset;
  }
  const nearest = suggest(name, [...env.file.entries].filter(([, other]) => other.node.kind === "data").map(([key]) => key));
  const library = standardName(name, ["data"], true);
  env.context.report.say("no-such-declaration", origin, { what: "dataset", name, nearest: nearest ?? "" }, nearest === null ? (library === null ? {} : importing(env.file, library, name)) : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
  return unknownDataset;
}

/** What `feed image: pixels` gives the input `image`. */
interface Feed {
  readonly field: string;
  /** Where the input is named, and the whole item. */
  readonly origin: Origin;
  readonly item: Origin;
}

/** `feed image: pixels`: by input. */
function readFeeds(clauses: CollectedClauses): ReadonlyMap<string, Feed> {
  const feeds = new Map<string, Feed>();
  const placed = clauses.bySlot.get("feed");
  for (const item of placed?.clause.items ?? []) {
    const part = onlyPart(item.parts);
    const field = part === null ? null : part.kind === "path" ? part.names.map((name) => name.text).join(".") : bareName(part);
    if (part?.kind === "missing" || placed === undefined) continue;
    if (item.name === null || field === null) placed.env.context.report.say("clause-form", at(placed.env, item.span), { word: "feed", form: "feed input: field" });
    else feeds.set(item.name.text, { field: field.replace(/^row\./, ""), origin: at(placed.env, item.name.span), item: at(placed.env, item.span) });
  }
  return feeds;
}

function fedShapes(model: Model, fields: readonly DeclaredField[] | null, fieldOf: (input: string) => string): ReadonlyMap<string, readonly number[]> | null {
  if (fields === null) return null;
  const shapes = new Map<string, readonly number[]>();
  for (const { name } of modelInputs(model)) {
    const declared = fields.find(({ field }) => field.name === fieldOf(name.text));
    if (declared !== undefined) shapes.set(name.text, declared.type.shape);
  }
  return shapes;
}

/** Do the fields fit the inputs? false after a report. */
function checkInputs(env: Env, node: Train, model: Model, instance: Instance | null, dataset: CheckedDataset, feeds: ReadonlyMap<string, Feed>, fieldOf: (input: string) => string): boolean {
  const { report } = env.context;
  const inputs = modelInputs(model).map(({ name }) => name.text);
  const origin = at(env, node.data.span);
  const fields = dataset.fields?.map(({ field }) => field.name) ?? [];
  const errors = report.errors();
  for (const [input, feed] of feeds) {
    if (inputs.includes(input) || instance === null) continue;
    const isTurned = inputs.includes(feed.field) && fields.includes(input);
    const nearest = isTurned ? null : suggest(input, inputs);
    const more = isTurned
      ? { help: `Name the input first: \`feed ${feed.field}: ${input}\`.`, fixes: [replacement(`Write \`${feed.field}: ${input}\``, feed.item, `${feed.field}: ${input}`)] }
      : nearest === null ? { help: `Name an input of the model: ${oneOf(inputs.slice(0, 12))}.` } : { fixes: [replacement(`Write \`${nearest}\``, feed.origin, nearest)] };
    report.say("unknown-input", feed.origin, { name: input, model: model.name.text, nearest: nearest ?? "" }, more);
  }
  // Which input was meant to be fed is not known.
  if (dataset.fields === null || report.errors() > errors) return report.errors() === errors;
  for (const field of modelInputs(model)) {
    const wanted = fieldOf(field.name.text);
    if (wanted === "" || dataset.unread.has(wanted)) continue;
    const declared = dataset.fields.find((other) => other.field.name === wanted);
    const input = instance?.graph.inputs.find(({ name }) => name === field.name.text);
    if (declared === undefined) {
      const nearest = suggest(wanted, fields);
      report.say(
        "input-without-field",
        origin,
        { input: field.name.text, field: wanted, data: node.data.names.map((name) => name.text).join("."), nearest: nearest ?? "" },
        { notes: input === undefined ? [] : [{ origin: input.origin, message: `\`${field.name.text}\` is declared here.` }], help: nearest === null ? `Add the field to the data, or write \`feed ${field.name.text}: <field>\`.` : `Write \`feed ${field.name.text}: ${nearest}\`.` },
      );
    } else if (input !== undefined && !fitsType(input.type, declared.type))
      report.say("input-type", origin, { input: field.name.text, expected: printField(input.type), field: wanted, found: printField(declared.type) }, { ...inputHelp(field.name.text, input.type, declared.type), notes: [{ origin: input.origin, message: `\`${field.name.text}\` is declared here.` }] });
    else if (input !== undefined && (input.type.ragged === undefined) !== (declared.type.ragged === undefined))
      report.say("ragged-input", origin, { input: field.name.text, expected: printField(input.type), field: wanted, found: printField(declared.type) }, { notes: [{ origin: input.origin, message: `\`${field.name.text}\` is declared here.` }] });
    else if (input === undefined && instance === null && declared.type.shape.length !== (field.type.sizes?.length ?? 0) && field.type.name.text !== "class")
      report.say("input-type", origin, { input: field.name.text, expected: `${field.type.sizes?.length ?? 0} axes`, field: wanted, found: printField(declared.type) }, field.type.sizes?.length === declared.type.shape.length + 1 ? withoutBatch(field.name.text, declared.type) : {});
  }
  return report.errors() === errors;
}

function withoutBatch(input: string, field: TensorType): ReportDetails {
  return { help: `Leave out the batch, shapes are those of one example: \`input ${input}: ${printField(field)}\`.` };
}

// What to do about an input that is not as its field.
function inputHelp(input: string, declared: TensorType, field: TensorType): ReportDetails {
  if (declared.dtype !== field.dtype) return {};
  const [a, b] = [declared.shape, field.shape];
  const isSame = (one: readonly number[], other: readonly number[]): boolean => one.length === other.length && one.every((size, i) => size === other[i]);
  const sorted = (shape: readonly number[]): readonly number[] => [...shape].sort((x, y) => x - y);
  if (isSame(a, b)) return { help: `Declare the input \`below ${field.below ?? 0}\` too, and give what reads it as many rows and logits.` };
  if (a.length === b.length + 1 && isSame(a.slice(1), b)) return withoutBatch(input, field);
  if (isSame(sorted(a), sorted(b))) return { help: `Declare the input as ${printField(field)} too; \`transpose\` brings its axes into the order of images, [height, width, channels].` };
  if (elements(a) === elements(b)) return { help: `Declare the input as ${printField(field)} too, and ${a.length === 1 ? "begin with `flatten`" : `begin with \`reshape([${a.join(", ")}])\``}.` };
  return {};
}

/** The outputs of a model by its text alone. */
function outputNames(model: Model): readonly string[] {
  const names: string[] = [];
  const bodies: Body[] = model.definition.kind === "body" ? [model.definition.body] : [];
  for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
    for (const statement of body.statements) {
      if (statement.kind === "output") names.push(statement.name.text);
      else if (statement.kind === "repeat") bodies.push(statement.body);
      else if (statement.kind === "if") {
        for (let next: typeof statement | Body | null = statement; next !== null; ) {
          if (next.kind === "body") {
            bodies.push(next);
            break;
          }
          bodies.push(next.then);
          next = next.else;
        }
      }
    }
  }
  return names;
}
