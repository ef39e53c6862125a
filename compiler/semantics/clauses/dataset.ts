// A `data` declaration, checked: its source, its fields, what is done to them, its splits. Derived datasets start from another's.

import type { Data } from "../../ast/ast.js";
import { suggest } from "../../diagnostics/suggest.js";
import { at, Exhausted, type Context, type Env } from "../context.js";
import { limits } from "../limits.js";
import { kindOf, originOf, type FileScope } from "../files.js";
import { toNumber } from "../numbers.js";
import { readCount } from "../read-count.js";
import { bareName } from "../read-options.js";
import { replacement } from "../report.js";
import { Scope } from "../scope.js";
import type { Augmentation, DatasetModel, DataTransform } from "../semantic-model.js";
import { describe } from "../values.js";
import { readAugmentation } from "./augmentations.js";
import { collectClauses, onlyPart, sayForm, type CollectedClauses, type PlacedClause } from "./collect.js";
import { readFields, type DeclaredField } from "./fields.js";
import { readSource } from "./source.js";
import { readSplit } from "./split.js";

/** A dataset as far as it could be read. */
export interface CheckedDataset {
  /** null where something was reported. */
  readonly model: DatasetModel | null;
  /** null where they are not known. */
  readonly fields: readonly DeclaredField[] | null;
  /** Fields that are declared and could not be read. */
  readonly unread: ReadonlySet<string>;
  /** How many datasets stand between it and the one with a source. */
  readonly derivations: number;
}

/** Of a dataset of which nothing could be read. */
export const unknownDataset: CheckedDataset = { model: null, fields: null, unread: new Set(), derivations: 0 };

/** Datasets of a program, each read once. */
export type Datasets = Map<Data, CheckedDataset | "reading">;

export function readDataset(context: Context, datasets: Datasets, entry: { readonly file: FileScope; readonly node: Data }, depth = 0): CheckedDataset {
  const known = datasets.get(entry.node);
  if (known === "reading") {
    context.report.say("circular-data", originOf(entry), { name: entry.node.name.text });
    return unknownDataset;
  }
  if (known !== undefined) return known;
  datasets.set(entry.node, "reading");
  let read = unknownDataset;
  try {
    if (depth <= limits.recursion) read = readOnce(context, datasets, entry, depth);
    else sayTooDeep(context, entry);
  } catch (thrown) {
    if (!(thrown instanceof Exhausted)) throw thrown;
  }
  datasets.set(entry.node, read);
  return read;
}

function sayTooDeep(context: Context, entry: { readonly file: FileScope; readonly node: Data }): void {
  context.report.say("recursion-limit", originOf(entry), { limit: limits.recursion, what: "datasets" }, { help: "Derive it from a dataset that is nearer to the source." });
}

function readOnce(context: Context, datasets: Datasets, { file, node }: { readonly file: FileScope; readonly node: Data }, depth: number): CheckedDataset {
  const env: Env = { context, file, scope: new Scope(), site: null };
  const errors = context.report.errors();
  const clauses = collectClauses(env, node.clauses, "data");
  const parent = node.source.arguments === null ? readParent(env, datasets, node, depth + 1) : null;
  if (parent !== null && parent.derivations >= limits.recursion) {
    sayTooDeep(context, { file, node });
    return unknownDataset;
  }
  if (parent !== null) return derive(env, node, clauses, parent, errors);
  const known = readSource(env, node.source);
  if (clauses.fields === null) {
    if (!clauses.misspelled.has("fields")) context.report.say("missing-clause", at(env, node.name.span), { clauses: "`fields`", owner: node.name.text });
    return unknownDataset;
  }
  const { fields, unread } = readFields(env, clauses.fields.fields, known);
  const perField = known?.kind === "idx" || known?.kind === "npy" ? known : null;
  const lacksFields = perField !== null && perField.files.length > clauses.fields.fields.length;
  if (perField !== null && perField.files.length !== clauses.fields.fields.length)
    context.report.say("file-count", at(env, node.source.span), { source: perField.kind, files: perField.files.length, fields: clauses.fields.fields.length });
  const transforms = readTransforms(env, clauses, fields, unread);
  const augment = readAugmentations(env, clauses, fields, unread);
  const split = readSplit(env, clauses.bySlot.get("split"), known?.kind ?? null) ?? { train: 0.8, valid: 0.1, test: 0.1, order: "shuffled" };
  const take = readTake(env, clauses.bySlot.get("take"));
  if (known === null || context.report.errors() > errors) return { model: null, fields: known === null || lacksFields ? null : fields, unread, derivations: 0 };
  return {
    model: { name: node.name.text, doc: node.doc, source: known, fields: fields.map(({ field }) => field), transforms, augment, split, take, origin: at(env, node.name.span) },
    fields,
    unread,
    derivations: 0,
  };
}

function readParent(env: Env, datasets: Datasets, node: Data, depth: number): CheckedDataset | null {
  const name = node.source.callee.names.map((each) => each.text).join(".");
  const entry = env.file.entries.get(name);
  const origin = at(env, node.source.span);
  if (name === "" || env.file.broken.has(name)) return unknownDataset;
  if (entry?.node.kind === "data") return readDataset(env.context, datasets, { file: entry.file, node: entry.node }, depth);
  if (entry === undefined) return null;
  env.context.report.say("wrong-declaration", origin, { name, found: kindOf(entry.node), expected: "a dataset" }, { notes: [{ origin: originOf(entry), message: `\`${name}\` is declared here.` }] });
  return unknownDataset;
}

function derive(env: Env, node: Data, clauses: CollectedClauses, parent: CheckedDataset, errors: number): CheckedDataset {
  if (clauses.fields !== null) {
    env.context.report.say("derived-fields", at(env, clauses.fields.span), { name: node.name.text });
  }
  const transforms = readTransforms(env, clauses, parent.fields ?? [], parent.unread);
  const augment = readAugmentations(env, clauses, parent.fields ?? [], parent.unread);
  const split = readSplit(env, clauses.bySlot.get("split"), parent.model?.source.kind ?? null);
  const take = readTake(env, clauses.bySlot.get("take"));
  if (parent.model === null || env.context.report.errors() > errors) return { ...parent, model: null, derivations: parent.derivations + 1 };
  const { model } = parent;
  return {
    model: { ...model, name: node.name.text, doc: node.doc, transforms: [...model.transforms, ...transforms], augment: [...model.augment, ...augment], split: split ?? model.split, take: take ?? model.take, origin: at(env, node.name.span) },
    fields: parent.fields,
    unread: parent.unread,
    derivations: parent.derivations + 1,
  };
}

function readTransforms(env: Env, clauses: CollectedClauses, fields: readonly DeclaredField[], unread: ReadonlySet<string>): readonly DataTransform[] {
  const transforms: DataTransform[] = [];
  for (const placed of clauses.repeated) {
    const { clause } = placed;
    if (clause.word.text === "standardize") {
      const names = clause.items.flatMap((item) => fieldName(env, onlyPart(item.parts), fields, unread, placed));
      if (names.length > 0 && names.length === clause.items.length) transforms.push({ kind: "standardize", fields: names });
      else if (clause.items.length === 0) sayForm(placed, "standardize field, ...");
    } else if (clause.word.text === "scale") {
      const scale = readScale(env, placed, fields, unread);
      if (scale !== null) transforms.push(scale);
    }
  }
  return transforms;
}

function readAugmentations(env: Env, clauses: CollectedClauses, fields: readonly DeclaredField[], unread: ReadonlySet<string>): readonly Augmentation[] {
  return clauses.repeated.flatMap((placed) => (placed.clause.word.text === "augment" ? (readAugmentation(env, placed, fields, unread) ?? []) : []));
}

// `scale image by 1/255`, `scale a, b by 0.5`.
function readScale(env: Env, placed: PlacedClause, fields: readonly DeclaredField[], unread: ReadonlySet<string>): DataTransform | null {
  const { items } = placed.clause;
  const form = "scale field by number";
  const last = items[items.length - 1]?.parts ?? [];
  const [, by, factor] = last;
  if (last.length !== 3 || by?.kind !== "linking-word" || by.word !== "by" || factor === undefined || factor.kind === "linking-word") {
    const hasMissing = last.some((part) => part.kind === "missing");
    return hasMissing ? null : sayForm(placed, form);
  }
  const names = items.flatMap((item, index) => fieldName(env, (index === items.length - 1 ? item.parts[0] : onlyPart(item.parts)) ?? null, fields, unread, placed));
  const value = env.context.rules.expression(env, factor);
  if (value.kind === "error") return null;
  if (value.kind !== "number" || value.unit === "steps" || value.unit === "epochs") {
    env.context.report.say("value-type", at(env, factor.span), { what: "The factor of `scale`", expected: "a number", found: describe(value) });
    return null;
  }
  return names.length === items.length ? { kind: "scale", fields: names, by: toNumber(value.value) } : null;
}

function fieldName(env: Env, part: PlacedClause["clause"]["items"][number]["parts"][number] | null, fields: readonly DeclaredField[], unread: ReadonlySet<string>, placed: PlacedClause): readonly string[] {
  if (part?.kind === "missing") return [];
  const name = part === null || part.kind === "linking-word" ? null : bareName(part);
  if (part === null || name === null) {
    sayForm(placed, `${placed.clause.word.text} field${placed.clause.word.text === "scale" ? " by number" : ", ..."}`);
    return [];
  }
  if (unread.has(name)) return [];
  const origin = at(env, part.span);
  const found = fields.find(({ field }) => field.name === name);
  if (found === undefined) {
    const nearest = suggest(name, fields.map(({ field }) => field.name));
    if (fields.length > 0) env.context.report.say("unknown-field", origin, { name, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
    return [];
  }
  if (found.type.dtype !== "f32") {
    env.context.report.say("value-type", origin, { what: `\`${placed.clause.word.text}\``, expected: "a field of f32", found: `\`${name}\`, which is ${found.field.dtype}` });
    return [];
  }
  return [name];
}

function readTake(env: Env, placed: PlacedClause | undefined): number | null {
  if (placed === undefined) return null;
  const [item] = placed.clause.items;
  const part = item === undefined || item.name !== null || placed.clause.items.length > 1 ? null : onlyPart(item.parts);
  if (part === null) return sayForm(placed, "take 1000");
  return readCount(env, "`take`", env.context.rules.expression(env, part), part.span, 1);
}
