// The annotations `overparam` and `frozen`: options, and whose reach a call stands in. What the options do is the runtime's matter
// (majority kernels); here they are checked and defaults filled in.

import type { Annotation, OverparamAnnotation } from "../ast/ast.js";
import type { Origin } from "../source/source.js";
import { at, type Env } from "./context.js";
import type { OptionSpec } from "./options.js";
import type { OptionValue } from "./option-value.js";
import { readOptions } from "./read-options.js";
import type { Overparam } from "./semantic-model.js";
import type { Reach } from "./values.js";

/** The most copies of a kernel. */
export const mostCopies = 1024;

export const overparamOptions: readonly OptionSpec[] = [
  { name: "copies", doc: "Kernels that are trained for each one that ships; 1 switches the annotation off.", type: { kind: "int", min: 1, max: mostCopies } },
  {
    name: "mix",
    doc: "How the mixing weights of a step are drawn: `dirichlet(alpha)`, `uniform` (normalized uniforms), or always `mean`.",
    type: {
      kind: "call",
      functions: {
        dirichlet: {
          doc: "Mixing weights p ~ Dirichlet(alpha, ..., alpha); E sum p_i^2 = (alpha + 1) / (k alpha + 1). With alpha 1 all p are equally likely.",
          options: [{ name: "alpha", doc: "Concentration; larger is nearer to the mean.", type: { kind: "float", min: 0, open: true } }],
        },
        uniform: { doc: "Mixing weights p = u / sum u with u uniform from 0 to 1: nearer to the mean than `dirichlet(1)`.", options: [] },
        mean: { doc: "Mixing weights 1 / k at each step: the folded model then moves as a plain model does, unless `rate: unscaled`.", options: [] },
      },
    },
    default: { call: "dirichlet", options: { alpha: 1 } },
  },
  { name: "per", doc: "What has mixing weights of its own: each kernel, each output channel, or the whole model.", type: { kind: "word", words: ["kernel", "output", "model"] }, default: "kernel" },
  {
    name: "init",
    doc: "Initial values of the copies: `centred(spread)` around the plain kernel, or draws of their own, `scaled` or `independent`.",
    type: {
      kind: "call",
      functions: {
        centred: {
          doc: "Copies W_i = M + D_i: M the plain initial kernel of the same seed, D_i normal of variance spread^2 v (v that of the initializer), sum of D_i zero. Up to rounding, the fold at step 0 is the plain model.",
          options: [{ name: "spread", doc: "Standard deviation of the copies around the plain kernel, in units of its own.", type: { kind: "float", min: 0 } }],
        },
        scaled: { doc: "k independent copies of variance k v: their mean has the variance v of a plain kernel.", options: [] },
        independent: { doc: "k independent copies of variance v: their mean has the variance v / k, which vanishes with depth.", options: [] },
      },
    },
    default: { call: "centred", options: { spread: 0.1 } },
  },
  { name: "rate", doc: "By what the rate of kernel sets is scaled: so that on average the `mixture` moves as a plain kernel, so that the `mean` does, or not at all (`unscaled`).", type: { kind: "word", words: ["mixture", "mean", "unscaled"] }, default: "mixture" },
  { name: "moments", doc: "Second moments of Adam and AdamW: one for the set (`shared`) or one for each copy (`copies`).", type: { kind: "word", words: ["shared", "copies"] }, default: "shared" },
  { name: "anneal", doc: "Share of the run, from its end, over which the mixing weights go to the mean; 0 is off.", type: { kind: "float", min: 0, max: 1 }, default: 0 },
  { name: "embeddings", doc: "Reach the tables of embeddings too.", type: { kind: "boolean" }, default: false },
];

/** Where an annotation stands, as a key. */
export function originKey(origin: Origin): string {
  return `${origin.file}:${origin.span.start}`;
}

/** The reach that the annotations of a call open; undefined where they say nothing, or said something wrong. */
export function readAnnotations(env: Env, annotations: readonly Annotation[]): Reach | undefined {
  if (annotations.length === 0) return undefined;
  let reach: Reach | undefined;
  // What `overparam` would reach on a call that is frozen does not train.
  if (annotations.some(({ kind }) => kind === "frozen")) {
    for (const annotation of annotations) if (annotation.kind === "overparam") readOverparam(env, annotation);
    return { settings: null, frozen: true };
  }
  for (const annotation of annotations) {
    if (annotation.kind === "frozen") continue;
    if (reach !== undefined) env.context.report.say("duplicate-overparam", at(env, annotation.span), {});
    else reach = readOverparam(env, annotation);
  }
  return reach;
}

function readOverparam(env: Env, annotation: OverparamAnnotation): Reach | undefined {
  env.context.annotations.set(annotation, env.file.path);
  const options = readOptions(env, "overparam", overparamOptions, annotation.arguments, annotation.span);
  if (options === null) return undefined;
  const isInitGiven = annotation.arguments.some(({ name }) => name?.text === "init");
  const settings = overparamOf(options, isInitGiven, at(env, annotation.span));
  if (settings.copies === 1) return { settings: null, frozen: false };
  const key = originKey(settings.origin);
  if (!env.context.overparams.has(key)) env.context.overparams.set(key, { origin: settings.origin, reached: false });
  return { settings, frozen: false };
}

/** The reach inside both annotations: the inner `overparam` wins, either `frozen` holds. */
export function within(outer: Reach | null | undefined, inner: Reach | undefined): Reach | null {
  if (inner === undefined) return outer ?? null;
  return { settings: inner.settings, frozen: inner.frozen || outer?.frozen === true };
}

function overparamOf(options: Readonly<Record<string, OptionValue>>, isInitGiven: boolean, origin: Origin): Overparam {
  const number = (value: OptionValue | undefined): number => (typeof value === "number" ? value : 0);
  const call = (name: string) => {
    const value = options[name];
    return typeof value === "object" && "call" in value ? value : { call: "", options: {} as Readonly<Record<string, OptionValue>> };
  };
  const word = <W extends string>(name: string, words: readonly W[], fallback: W): W => words.find((candidate) => candidate === options[name]) ?? fallback;
  const mix = call("mix");
  const init = call("init");
  return {
    copies: number(options["copies"]),
    mix: mix.call === "uniform" || mix.call === "mean" ? { rule: mix.call } : { rule: "dirichlet", alpha: number(mix.options["alpha"]) },
    per: word("per", ["kernel", "output", "model"], "kernel"),
    init: init.call === "scaled" || init.call === "independent" ? { rule: init.call } : { rule: "centred", spread: number(init.options["spread"]) },
    rate: word("rate", ["mixture", "mean", "unscaled"], "mixture"),
    moments: word("moments", ["shared", "copies"], "shared"),
    anneal: number(options["anneal"]),
    embeddings: options["embeddings"] === true,
    isInitGiven,
    origin,
  };
}
