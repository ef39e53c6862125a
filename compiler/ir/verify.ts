// Says what is wrong with a module. Every pass must hand on a module without problems; `--verify` and the tests check it after each.
// Relies on infer-types.ts for the types and attributes.ts for the attributes, so that neither is stated twice.

import { checkAttributes } from "./attributes.js";
import { inferType, typeContext } from "./infer-types.js";
import { verifyFused, type PlainInitializer } from "./initializers.js";
import type { Graph, KernelSet, Module, ValueType, Weight } from "./module.js";
import { metricOps } from "./op-classes.js";
import { printValueType, sameValueType } from "./value-types.js";

/** All problems of a module, each with its place; empty for a sound module. */
export function verify(module: Module): readonly string[] {
  const weights = new Map(module.weights.map((weight) => [weight.path, weight]));
  const names = module.graphs.map((graph) => graph.name);
  return [
    ...duplicates(module.weights.map((weight) => weight.path)).map((path) => `two weights have the path ${JSON.stringify(path)}`),
    ...module.weights.flatMap(verifyWeight),
    ...duplicates(names).map((name) => `two graphs are named ${name}`),
    ...(names.includes("forward") ? [] : ["there is no graph forward"]),
    ...module.graphs.flatMap((graph) => verifyGraph(graph, weights)),
  ];
}

function verifyWeight(weight: Weight): readonly string[] {
  const problems: string[] = [];
  if (weight.path === "") problems.push("the path is empty");
  if (weight.axes.length !== weight.shape.length) problems.push(`${weight.axes.length} axes are declared, the shape has ${weight.shape.length}`);
  if (!weight.shape.every((size) => Number.isSafeInteger(size) && size > 0)) problems.push(`the shape is [${weight.shape.join(", ")}]`);
  if (weight.init.kind === "fused") problems.push(...verifyFused(weight.init, weight.shape));
  const drawn = weight.init.kind === "fused" ? weight.init.plain : weight.init;
  if (!numbersOf(drawn).every((value) => Number.isFinite(value) && (value >= 0 || drawn.kind === "constant"))) problems.push("the initial value has a number that does not fit");
  if (weight.role === "statistic" && weight.trainable) problems.push("a statistic is not trainable");
  if (weight.set !== null) problems.push(...verifySet(weight, weight.set));
  return problems.map((problem) => `weight ${JSON.stringify(weight.path)}: ${problem}`);
}

function numbersOf(init: PlainInitializer): readonly number[] {
  return Object.values(init).filter((value) => typeof value === "number");
}

function verifySet(weight: Weight, set: KernelSet): readonly string[] {
  const problems: string[] = [];
  if (weight.role !== "kernel" && weight.role !== "embedding") problems.push(`a ${weight.role} is no kernel set`);
  if (!weight.trainable) problems.push("a kernel set is trainable");
  if (!Number.isSafeInteger(set.copies) || set.copies < 2) problems.push(`a kernel set has at least two kernels, not ${set.copies}`);
  if (set.mix.rule === "dirichlet" && !(set.mix.alpha > 0 && Number.isFinite(set.mix.alpha))) problems.push("alpha is above 0");
  if (set.init.rule === "centred" && !(set.init.spread >= 0 && Number.isFinite(set.init.spread))) problems.push("the spread is at least 0");
  if (!(set.anneal >= 0 && set.anneal <= 1)) problems.push("anneal is a share");
  return problems;
}

function verifyGraph(graph: Graph, weights: ReadonlyMap<string, Weight>): readonly string[] {
  const problems: string[] = [];
  const types: ValueType[] = graph.inputs.map((input) => input.type);
  const metrics = new Set<number>();
  graph.ops.forEach((op, index) => {
    const number = graph.inputs.length + index;
    const report = (problem: string): void => void problems.push(`%${number} (${op.kind}): ${problem}`);
    const early = op.operands.find((operand) => !Number.isSafeInteger(operand) || operand < 0 || operand >= number);
    const wrong = checkAttributes(op.kind, op.attributes);
    wrong.forEach(report);
    if (op.kind === "weight" && graph.name !== "forward") report("weights are read in forward only");
    for (const operand of op.operands) if (metrics.has(operand)) report("a metric is an output and nothing else");
    if (early !== undefined) report(`%${early} is used before it is defined`);
    else if (wrong.length === 0) {
      const operands = op.operands.map((operand) => types[operand] ?? op.type);
      const inferred = inferType(op.kind, operands, typeContext(op, (path) => weights.get(path)));
      if (typeof inferred === "string") report(inferred);
      else if (!sameValueType(inferred, op.type)) report(`the type is ${printValueType(inferred)}, not ${printValueType(op.type)}`);
    }
    if (metricOps.has(op.kind)) metrics.add(number);
    types.push(op.type);
  });
  for (const output of graph.outputs) {
    if (types[output.value] === undefined) problems.push(`output ${JSON.stringify(output.name)} is %${output.value}, which does not exist`);
  }
  problems.push(...duplicates(graph.inputs.map((input) => input.name)).map((name) => `two inputs are named ${JSON.stringify(name)}`));
  problems.push(...duplicates(graph.outputs.map((output) => output.name)).map((name) => `two outputs are named ${JSON.stringify(name)}`));
  return problems.map((problem) => `graph ${graph.name}: ${problem}`);
}

function duplicates(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return [...new Set(names.filter((name) => seen.size === seen.add(name).size))];
}
