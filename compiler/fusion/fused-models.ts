// Models that start from others, through all phases: sources are lowered and fused themselves where they need it, then the target is.

import type { Module } from "../ir/module.js";
import { print } from "../ir/print.js";
import { lowerInstance, lowerRun, type Lowered } from "../lower/lower.js";
import { joined, type FusedModel } from "../passes/deep-fusion.js";
import { fuse, type Fusion as Fused } from "../passes/deep-fusion/fuse.js";
import { runPipeline } from "../passes/pipeline.js";
import { instanceOf } from "../semantics/fusion/source-instance.js";
import type { FusionSource, Instance, Run, Start } from "../semantics/semantic-model.js";

/** Follows fusions; everything is computed once. */
export class FusedModels {
  private readonly modules = new Map<Instance, Module>();
  private readonly fusions = new Map<Start, Fused>();

  /** The module of a model by itself, fused where it starts from others, without kernel sets. */
  module(instance: Instance): Module {
    const known = this.modules.get(instance);
    if (known !== undefined) return known;
    const { module } = lowerInstance(instance);
    const result = runPipeline({ module, reach: new Map(), fused: this.of(instance) }, { verify: false, dumpAfter: null }).module;
    this.modules.set(instance, result);
    return result;
  }

  /** What the analysis says of a start. */
  fusion(start: Start): Fused {
    const known = this.fusions.get(start);
    if (known !== undefined) return known;
    const { sources, newWeights, norms, weights, moments } = start.fusion;
    const names = namesOf(sources, this);
    const named = sources.map((source, index) => ({ name: names[index] ?? source.name, module: this.module(instanceOf(source)) }));
    const found = fuse(this.module(start.target), named, { newWeights, norms, weights, moments, mayOutputsGrow: start.prefix !== "" || start.isPart === true });
    this.fusions.set(start, found);
    return found;
  }

  /** The sources of an instance, each once, by the names that initial values call them by. `reads`: their inputs that are inputs of the instance, with those; null: all are, by name. */
  sources(instance: Instance): readonly { readonly name: string; readonly source: FusionSource; readonly reads: Start["reads"] | null }[] {
    const all = (instance.starts ?? []).flatMap(({ fusion: { sources }, reads = null }) => {
      const names = namesOf(sources, this);
      return sources.map((source, index) => ({ name: names[index] ?? source.name, source, reads }));
    });
    const found = new Map<string, (typeof all)[number]>();
    for (const each of all) found.set(each.name, { ...each, reads: each.reads === null ? null : [...(found.get(each.name)?.reads ?? []), ...each.reads] });
    return [...found.values()];
  }

  /** What the mean of a start is made of: its sources by the same names, in order, and the share of each. */
  mix({ fusion: { sources, weights } }: Start): readonly { readonly source: string; readonly share: number }[] {
    return namesOf(sources, this).map((source, index) => ({ source, share: weights?.[index] ?? 1 / sources.length }));
  }

  /** The fused models in an instance, for the pass. */
  of(instance: Instance): readonly FusedModel[] {
    return (instance.starts ?? []).flatMap((start) => {
      const { module } = this.fusion(start);
      return module === null ? [] : [{ prefix: start.prefix, module }];
    });
  }

  /** A run or model as the pipeline takes it. Kernel sets of fused weights begin as equal copies unless the program says how. */
  input(lowered: Lowered, instance: Instance): { readonly module: Module; readonly reach: Lowered["reach"]; readonly fused: readonly FusedModel[] } {
    const fused = this.of(instance);
    const paths = new Set(fused.flatMap(({ prefix, module }) => module.weights.filter(({ init }) => init.kind === "fused").map(({ path }) => joined(prefix, path))));
    const reach = new Map([...lowered.reach].map(([path, set]) => [path, paths.has(path) && lowered.defaultInit.has(path) ? { ...set, init: { rule: "centred", spread: 0 } as const } : set]));
    return { module: lowered.module, reach, fused };
  }
}

// Runs that are equal in program, data and seed have equal weights: they go by one name, so that the analysis sees copies.
function namesOf(sources: readonly FusionSource[], models: FusedModels): readonly string[] {
  const known = new Map<string, string>();
  const settings = sources.map((source) => (source.kind === "run" ? JSON.stringify([source.run.settings, source.run.instance.args]) : ""));
  return sources.map((source, index) => {
    // Whole programs are compared only where seeds and options are equal.
    const isAlone = settings.filter((other) => other === settings[index]).length === 1;
    const key = source.kind === "checkpoint" ? `file ${source.file}` : isAlone ? `run ${index}` : `${source.step ?? ""} ${textOf(source.run, models)}`;
    const name = known.get(key) ?? source.name;
    known.set(key, name);
    return name;
  });
}

function textOf(run: Run, models: FusedModels): string {
  const lowered = lowerRun(run);
  const { module } = runPipeline(models.input(lowered, run.instance), { verify: false, dumpAfter: null });
  const { origin: _, ...data } = run.dataset;
  return JSON.stringify([print(module), run.settings, data, run.feeds]);
}
