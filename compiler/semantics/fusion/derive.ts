// A target that is not written: the architecture of the sources, with the sizes that grow. Sources are instances of one model; parameters in
// which they differ are added up, and of those in which they agree as few are added up as make the outputs the mean of the sources'. A single source has a copy.

import type { Context, Env, ResolvedModel } from "../context.js";
import { instantiate, type Instances } from "../elaborate/instantiate.js";
import { optionParameters } from "../callables.js";
import { parameterKind } from "../declared-types.js";
import { add, isNum, whole, type Num } from "../numbers.js";
import { createReport } from "../report.js";
import { Scope } from "../scope.js";
import type { Fusion, Instance } from "../semantic-model.js";
import { instanceOf, ofDepths } from "./source-instance.js";
import { numberValue, type Value } from "../values.js";

/** More parameters than these in which sources agree are not tried. */
const mostParameters = 7;

/** The options of the target; null where something was reported, "symbolic" where inputs have sizes that only data can give. `base` is the sources' model. */
export function deriveValues(context: Context, fusion: Fusion, base: ResolvedModel, name: string, fed: ReadonlyMap<string, readonly number[]> | null): ReadonlyMap<string, Value> | "symbolic" | null {
  const sources = fusion.sources.map(instanceOf);
  const models = sources.map((source) => context.models.get(source));
  const other = models.findIndex((model) => model === undefined || model.node !== base.node);
  if (other >= 0) {
    context.report.say("fuse-derive-models", fusion.origin, { name, first: sources[0]?.model ?? "", second: sources[other]?.model ?? "" });
    return null;
  }
  const [first, ...others] = sources;
  if (first === undefined) return null;
  // One source has nothing to be added to: its copy, for fine-tuning.
  if (others.length === 0) return base.values;
  const whether = countsOf(base, sources);
  const fixed = new Map(base.values);
  for (const { param, values } of whether.differing) {
    const sum = values.reduce<Num | null>((total, value) => (total === null ? null : sumOf(total, value)), whole(0));
    if (sum !== null) fixed.set(param, numberValue(sum));
  }
  for (const { param } of whether.agreeing) if (!base.values.has(param)) fixed.delete(param);
  const subsets = whether.agreeing.length > mostParameters ? [] : subsetsOf(whether.agreeing);
  const fitting: ReadonlyMap<string, Value>[] = [];
  for (const subset of subsets) {
    const values = new Map(fixed);
    for (const { param, values: each } of subset) values.set(param, numberValue(each.reduce<Num>((total, value) => sumOf(total, value) ?? total, whole(0))));
    const found = tried(context, base, values, name, fed, fusion, first);
    if (found === "symbolic") return found;
    if (found === null) continue;
    if (found.isExact && found.grows) return values;
    if (found.grows) fitting.push(values);
  }
  // What grows most is the largest subset, which came last.
  const last = fitting.at(-1);
  if (last !== undefined) return last;
  context.report.say("fuse-derive", fusion.origin, { name, model: base.node.name.text }, ofDepths(fusion));
  return null;
}

interface Count {
  readonly param: string;
  /** One per source. */
  readonly values: readonly number[];
}

/** Whole numbers among the parameters, by whether the sources agree in them. */
function countsOf(base: ResolvedModel, sources: readonly Instance[]): { readonly differing: readonly Count[]; readonly agreeing: readonly Count[] } {
  const counts = optionParameters(base.node)
    .filter((param) => parameterKind(param.type)?.kind === "int")
    .flatMap(({ name }): Count[] => {
      const values = sources.map((source) => source.args.find((arg) => arg.name === name.text)?.value);
      return values.every((value) => typeof value === "number") ? [{ param: name.text, values: values as readonly number[] }] : [];
    });
  const agrees = ({ values }: Count): boolean => values.every((value) => value === values[0]);
  // What was left to a default that follows from other options follows again.
  return { differing: counts.filter((count) => !agrees(count) && base.values.has(count.param)), agreeing: counts.filter(agrees) };
}

function subsetsOf(counts: readonly Count[]): readonly (readonly Count[])[] {
  const all = Array.from({ length: 2 ** counts.length }, (_, bits) => counts.filter((_count, i) => (bits >> i) % 2 === 1));
  return all.sort((a, b) => a.length - b.length);
}

function tried(context: Context, base: ResolvedModel, values: ReadonlyMap<string, Value>, name: string, fed: ReadonlyMap<string, readonly number[]> | null, fusion: Fusion, first: Instance): { readonly isExact: boolean; readonly grows: boolean } | "symbolic" | null {
  const report = createReport();
  // Nothing of a trial is said, and nothing of it stays.
  const aside: Context = { ...context, report, overparams: new Map(), elaborated: new Set(), models: new Map(), traces: new Map(), spent: { ...context.spent }, observer: null };
  const instances: Instances = new Map();
  const env: Env = { context: aside, file: base.file, scope: new Scope(), site: null };
  const span = base.node.name.span;
  const instance = instantiate(aside, instances, { ...base, values, start: null }, name, fed, env, span);
  if (instance === null || report.errors() > 0) return null;
  if (instance === "symbolic") return instance;
  // Sources stand side by side: a target with more layers is another architecture, and following it would take longest of all.
  const layers = (of: Instance): number => of.graph.applications.length;
  if (layers(instance) !== layers(first)) return null;
  const found = context.rules.assess({ ...instance, starts: [{ prefix: "", target: instance, fusion }] });
  return found.errors > 0 ? null : { isExact: found.isExact, grows: found.grows };
}

function sumOf(total: Num, value: number): Num | null {
  const sum = add(total, whole(value));
  return isNum(sum) ? sum : null;
}
