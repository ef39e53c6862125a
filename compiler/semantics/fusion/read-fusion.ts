// `fuse from`: the sources of a model and how they are put together. Sources are read where they stand; whether they fit the target is found
// out later, on the graphs.

import type { Fuse, FuseSource } from "../../ast/ast.js";
import { suggest } from "../../diagnostics/suggest.js";
import { at, type Context, type Env } from "../context.js";
import { instantiate, type Instances } from "../elaborate/instantiate.js";
import { readModelCall, resolveModel } from "../elaborate/resolve-model.js";
import { kindOf, originOf, type FileScope } from "../files.js";
import type { OptionSpec } from "../options.js";
import type { OptionValue } from "../option-value.js";
import { readCount } from "../read-count.js";
import { readOptions } from "../read-options.js";
import { readText } from "../clauses/source.js";
import { replacement } from "../report.js";
import { Scope } from "../scope.js";
import { givenOptions } from "./given-options.js";
import type { Fusion, FusionSource } from "../semantic-model.js";

const spread = "In units of the standard deviation of the sources' weight.";
const std: OptionSpec = { name: "std", doc: spread, type: { kind: "float", min: 0 } };

/** The options of `fuse from`. */
export const fusionOptions: readonly OptionSpec[] = [
  {
    name: "new_weights",
    doc: "What stands between the sources, where a weight connects the features of one with those of another: nothing (`zeros`), or random numbers. `std` is in units of the standard deviation of the sources' weight.",
    type: {
      kind: "either",
      types: [
        { kind: "word", words: ["zeros"] },
        {
          kind: "call",
          functions: {
            normal: { doc: "Normal with mean 0: the outputs are then not the mean of the sources'.", options: [std] },
            antisymmetric: { doc: "Of a source that is named again: normal numbers with opposite signs for the copies, so that the outputs stay equal to the source's and the copies do not.", options: [std] },
          },
        },
      ],
    },
    default: "zeros",
  },
  { name: "norms", doc: "Statistics of `layer_norm` and `rms_norm` over fused features: of each source by itself (`exact`), or of all features together (`joint`), where outputs are not the mean.", type: { kind: "word", words: ["exact", "joint"] }, default: "exact" },
  { name: "weights", doc: "Mixing weights of the sources, one each, with the sum 1; all alike unless given.", type: { kind: "floats", each: "source", min: 0, max: 1 }, default: null },
  { name: "moments", doc: "Moments of the optimizer: `fresh` from zero, or `fused` out of those that the sources' optimizers had when they had these weights, each in the ratio of the gradients of target and source at equal gradients of their outputs.", type: { kind: "word", words: ["fresh", "fused"] }, default: "fresh" },
];

/** The fusion that `fuse` of a model in `file` describes; null where something was reported. `fed`: shapes of inputs that only data give. */
export function readFusion(context: Context, instances: Instances, { file, fuse }: { readonly file: FileScope; readonly fuse: Fuse }, fed: ReadonlyMap<string, readonly number[]> | null): Fusion | null {
  const env: Env = { context, file, scope: new Scope(), site: null };
  const errors = context.report.errors();
  const sources = fuse.sources.map((source) => readSource(env, instances, source, fed));
  const args = fuse.options.map((option) => ({ kind: "argument" as const, span: option.span, name: option.name, value: option.value }));
  const options = readOptions(env, "fuse from", fusionOptions, args, fuse.span);
  const read = sources.filter((source) => source !== null);
  if (options === null || read.length < sources.length || context.report.errors() > errors) return null;
  const untrained = options["moments"] === "fused" ? read.find(({ kind }) => kind === "checkpoint") : undefined;
  if (untrained !== undefined) {
    context.report.say("fuse-moments-file", untrained.origin, { file: untrained.name });
    return null;
  }
  const weights = options["weights"];
  const shares = Array.isArray(weights) ? (weights as readonly number[]) : null;
  return { sources: read, newWeights: newWeightsOf(options["new_weights"]), norms: options["norms"] === "joint" ? "joint" : "exact", weights: shares, moments: options["moments"] === "fused" ? "fused" : "fresh", given: givenOptions(env, fuse), origin: at(env, fuse.span) };
}

function newWeightsOf(value: OptionValue | undefined): Fusion["newWeights"] {
  if (typeof value !== "object" || !("call" in value)) return { kind: "zeros" };
  const deviation = value.options["std"];
  return { kind: value.call === "antisymmetric" ? "antisymmetric" : "normal", std: typeof deviation === "number" ? deviation : 0 };
}

function readSource(env: Env, instances: Instances, node: FuseSource, fed: ReadonlyMap<string, readonly number[]> | null): FusionSource | null {
  const name = node.source.callee.names.map((each) => each.text).join(".");
  if (name === "") return null;
  const step = node.step === null ? null : readCount(env, "`at step`", env.context.rules.expression(env, node.step), node.step.span, 1);
  if (node.step !== null && step === null) return null;
  if (name === "checkpoint" && !env.file.entries.has(name)) return readCheckpoint(env, instances, node, fed);
  return readRunSource(env, node, name, step);
}

function readRunSource(env: Env, node: FuseSource, name: string, step: number | null): FusionSource | null {
  const { report } = env.context;
  const origin = at(env, node.source.span);
  if (env.file.broken.has(name)) return null;
  const entry = env.file.entries.get(name);
  if (entry === undefined) {
    const runs = [...env.file.entries].filter(([, other]) => other.node.kind === "train").map(([key]) => key);
    const nearest = suggest(name, [...runs, "checkpoint"]);
    report.say("no-such-declaration", origin, { what: "run", name, nearest: nearest ?? "" }, nearest === null ? { help: 'Name a `train` run, or write `checkpoint("file.safetensors") as Model(...)`.' } : { fixes: [replacement(`Write \`${nearest}\``, at(env, node.source.callee.span), nearest)] });
    return null;
  }
  if (entry.node.kind !== "train") {
    const help = entry.node.kind === "model" ? "Name a run that trains it: a model has no trained weights." : "Name a `train` run.";
    report.say("wrong-declaration", origin, { name, found: kindOf(entry.node), expected: "a run" }, { help, notes: [{ origin: originOf(entry), message: `\`${name}\` is declared here.` }] });
    return null;
  }
  if (node.source.arguments !== null || node.as !== null) {
    report.say("fuse-run-takes-nothing", at(env, node.span), { name });
    return null;
  }
  const run = env.context.rules.run({ file: entry.file, node: entry.node });
  if (run === "reading") {
    const through = env.context.rules.runsWithin(entry.node).map((other) => `\`${other}\``).join(", ");
    report.say("circular-run", origin, { name, through });
    return null;
  }
  if (run === null) return null;
  const { length } = run.settings;
  if (node.step !== null && step !== null && length.unit === "steps" && step > length.value) {
    report.say("fuse-step-beyond", at(env, node.step.span), { name, step, steps: length.value });
    return null;
  }
  return { kind: "run", name: step === null ? name : `${name} at step ${step}`, run, step, origin };
}

function readCheckpoint(env: Env, instances: Instances, node: FuseSource, fed: ReadonlyMap<string, readonly number[]> | null): FusionSource | null {
  const { report } = env.context;
  const [argument, ...others] = node.source.arguments ?? [];
  const file = argument === undefined || argument.name !== null || others.length > 0 ? null : readText(env, argument.value);
  if (argument === undefined || argument.name !== null || others.length > 0) report.say("value-type", at(env, node.source.span), { what: "`checkpoint`", expected: 'one file, as `checkpoint("model.safetensors")`', found: `${node.source.arguments?.length ?? 0} values` });
  if (node.step !== null) report.say("fuse-checkpoint-step", at(env, node.span), {});
  else if (node.as === null && file !== null) report.say("fuse-checkpoint-model", at(env, node.span), {});
  if (file === null || node.as === null || node.step !== null) return null;
  const named = readModelCall(env, node.as);
  const model = named === null ? null : resolveModel(env.context, named.entry, named.values, undefined);
  if (named === null || model === null) return null;
  const plain = instantiate(env.context, instances, model, named.entry.node.name.text, null, env, node.as.span);
  const instance = plain === "symbolic" && fed !== null ? instantiate(env.context, instances, model, named.entry.node.name.text, fed, env, node.as.span) : plain;
  return instance === null || instance === "symbolic" ? null : { kind: "checkpoint", name: file, file, instance, origin: at(env, node.span) };
}

