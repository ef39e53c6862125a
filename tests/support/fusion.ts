// Deep Fusion measured: models compiled from text, fused, and run through the emitted forward function on the real runtime.

import * as tf from "@tensorflow/tfjs-core";
import { check } from "../../compiler/compile.js";
import { emitWeights } from "../../compiler/emit/emit-weights.js";
import { emitBody } from "../../compiler/emit/function-body.js";
import { verify } from "../../compiler/ir/verify.js";
import { parse } from "../../compiler/ir/parse.js";
import { print } from "../../compiler/ir/print.js";
import type { Module } from "../../compiler/ir/module.js";
import { lowerInstance } from "../../compiler/lower/lower.js";
import { fuse, type Fusion, type FusionOptions } from "../../compiler/passes/deep-fusion/fuse.js";
import { runPipeline } from "../../compiler/passes/pipeline.js";
import * as sop from "../../runtime/index.js";
import { memoryHost } from "./host.js";

/** The models of a program by name, as the passes leave them. */
export function modelsOf(source: string): Readonly<Record<string, Module>> {
  const { value, diagnostics } = check("model.sop", memoryHost({ "model.sop": source }));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ id, message }) => `${id}: ${message}`).join("\n"));
  return Object.fromEntries(value.instances.map((instance) => [instance.model, runPipeline(lowerInstance(instance), { verify: true, dumpAfter: null }).module]));
}

/** The model of that name. */
export function model(models: Readonly<Record<string, Module>>, name: string): Module {
  const found = models[name];
  if (found === undefined) throw new Error(`no model ${name}; there are ${Object.keys(models).join(", ")}`);
  return found;
}

export type Values = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>;

/** Random weights as training might leave them: no scale is 1, no bias 0. */
export function randomWeights(module: Module, seed: number): Values {
  return Object.fromEntries(
    module.weights.map(({ path, role, shape }) => {
      const numbers = sop.stream(seed, "weights", path);
      const size = shape.reduce((product, n) => product * n, 1);
      const fanIn = Math.max(1, size / (shape.at(-1) ?? 1));
      const one = (): number => {
        if (path.endsWith(".variance")) return 0.5 + numbers.uniform();
        if (role === "scale") return 1 + 0.4 * numbers.normal();
        if (role === "kernel") return numbers.normal() * Math.sqrt(1.5 / fanIn);
        return 0.5 * numbers.normal();
      };
      return [path, { shape, values: Float32Array.from({ length: size }, one) }];
    }),
  );
}

/** Random inputs of a module: integers below 2 for integer tensors; sequences of unequal length are at least one long, with numbers behind their ends. */
export function randomInputs(module: Module, seed: number, batch = 3): Readonly<Record<string, tf.Tensor>> {
  const { inputs } = graphOf(module);
  return Object.fromEntries(
    inputs.map(({ name, type }) => {
      const numbers = sop.stream(seed, "inputs", name);
      const shape = [batch, ...type.shape];
      const size = shape.reduce((product, n) => product * n, 1);
      if (type.dtype === "f32") return [name, tf.tensor(Float32Array.from({ length: size }, () => numbers.normal()), shape)];
      const longest = inputs.find((input) => `${input.name}.length` === name)?.type.shape[0];
      const whole = (): number => (longest === undefined ? numbers.below(2) : 1 + numbers.below(longest));
      return [name, tf.tensor(Int32Array.from({ length: size }, whole), shape, type.dtype === "bool" ? "bool" : "int32")];
    }),
  );
}

function graphOf(module: Module): Module["graphs"][number] {
  const forward = module.graphs.find(({ name }) => name === "forward");
  if (forward === undefined) throw new Error("no forward graph");
  return forward;
}

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** The emitted forward function of a module. */
export function forwardOf(module: Module): (weights: Tensors, inputs: Tensors, mode: sop.Mode) => Tensors {
  const { statements } = emitBody(graphOf(module), { input: (name) => `input[${JSON.stringify(name)}]`, reserved: ["w", "input", "mode", "sop"], results: "named" });
  const forward: unknown = new Function("sop", "w", "input", "mode", statements.join("\n"));
  if (typeof forward !== "function") throw new Error("no function");
  return (weights, inputs, mode) => forward(sop, weights, inputs, mode) as Tensors;
}

/** The emitted declarations of a module's weights. */
export function specsOf(module: Module): sop.WeightSpecs {
  return new Function("sop", `return ${emitWeights(module.weights)}`)(sop) as sop.WeightSpecs;
}

/** The outputs of a module for weights and inputs, through the emitted function. */
export function outputsOf(module: Module, weights: Values, inputs: Tensors, mode: sop.Mode = sop.evaluating): Readonly<Record<string, Float32Array>> {
  const forward = forwardOf(module);
  return tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(weights).map(([path, { shape, values }]) => [path, tf.tensor(values, [...shape])]));
    const results = forward(tensors, inputs, mode);
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]));
  });
}

/** The initial weights of a fused module, through its emitted declarations. */
export function fusedWeights(module: Module, sources: Readonly<Record<string, Values>>, seed = 1): Values {
  const tensors = sop.initialWeights(specsOf(module), seed, (source, weight) => {
    const found = sources[source]?.[weight];
    if (found === undefined) throw new Error(`no ${weight} of ${source}`);
    return found;
  });
  const result = Object.fromEntries(Object.entries(tensors).map(([path, tensor]) => [path, { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) }]));
  Object.values(tensors).forEach((tensor) => tensor.dispose());
  return result;
}

/** What was fused, and how far each output is from the mean of the sources' outputs, in norm. */
export interface Measured {
  readonly fusion: Fusion;
  /** null: it cannot be fused. */
  readonly module: Module | null;
  readonly sources: Readonly<Record<string, Values>>;
  readonly weights: Values;
  /** |fused - mean| / |mean| by output. */
  readonly gaps: Readonly<Record<string, number>>;
  /** How far what is claimed of each output is from what is measured: of a function of a mean, at what the function reads. Infinity: nothing is claimed. */
  readonly errors: Readonly<Record<string, number>>;
}

export const zeros: FusionOptions = { newWeights: { kind: "zeros" }, norms: "exact", weights: null };

/** Fuses the models of these names into a target and measures. A name twice is self-fusion. */
export function measure(models: Readonly<Record<string, Module>>, target: string, names: readonly string[], options: FusionOptions = zeros, seed = 1): Measured {
  const fusion = fuse(model(models, target), names.map((name) => ({ name, module: model(models, name) })), options);
  const { module } = fusion;
  if (module === null) return { fusion, module, sources: {}, weights: {}, gaps: {}, errors: {} };
  const problems = verify(module);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const text = print(module);
  const again = parse(text);
  if (again.kind === "error" || print(again.module) !== text) throw new Error("the fused module does not read back");
  const sources = Object.fromEntries(names.map((name, index) => [name, randomWeights(model(models, name), 100 * seed + index)]));
  const weights = fusedWeights(module, sources, seed);
  const inputs = randomInputs(module, seed);
  const shares = options.weights ?? names.map(() => 1 / names.length);
  const gap = (factors: readonly number[], at: (module: Module) => Module, output: string): number => {
    const values = outputsOf(at(module), weights, inputs)[output] ?? new Float32Array(0);
    const each = names.map((name) => outputsOf(at(model(models, name)), sources[name] ?? {}, inputs)[output] ?? []);
    return distanceInNorm(values, Float64Array.from(values, (_, i) => each.reduce((sum, own, source) => sum + (factors[source] ?? 0) * (own[i] ?? NaN), 0)));
  };
  const gaps: Record<string, number> = {};
  const errors: Record<string, number> = {};
  for (const claim of fusion.claims) {
    const { output } = claim;
    gaps[output] = gap(shares, (each) => each, output);
    errors[output] = claim.kind === "mean" ? gaps[output] : claim.kind === "weighted-sum" ? gap(claim.factors, (each) => each, output) : claim.kind === "function-of-mean" ? gap(shares, (each) => showing(each, output, claim.value), output) : Infinity;
  }
  Object.values(inputs).forEach((tensor) => tensor.dispose());
  return { fusion, module, sources, weights, gaps, errors };
}

/** |a - b| / |b|. */
export function distanceInNorm(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2;
    size += (b[i] ?? NaN) ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(size), 1e-6);
}

/** The module with another value as an output. */
function showing(module: Module, output: string, value: number): Module {
  return { ...module, graphs: module.graphs.map((graph) => (graph.name === "forward" ? { ...graph, outputs: [{ name: output, value }] } : graph)) };
}
