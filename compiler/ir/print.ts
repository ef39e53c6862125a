// The canonical text of a module: what is hashed for a run's identity, dumped, and compared in tests. parse.ts reads it back.
// Hints and origins are not printed: renaming a value or moving a line changes nothing.

import { printFused } from "./initializers.js";
import type { Attribute, Graph, Initializer, KernelSet, Module, Op, Weight } from "./module.js";
import { printValueType } from "./value-types.js";

/** The text of a module, which ends with a newline. */
export function print(module: Module): string {
  const lines = [`module ${printName(module.name)} {`, ...module.weights.map((weight) => `  ${printWeight(weight)}`)];
  for (const graph of module.graphs) lines.push(...printGraph(graph).map((line) => `  ${line}`));
  return [...lines, "}", ""].join("\n");
}

/** A graph alone, one line per item. Two graphs with the same lines compute the same. */
export function printGraph(graph: Graph): readonly string[] {
  const inputs = graph.inputs.map((input, index) => `%${index}: ${printValueType(input.type)} ${quote(input.name)}`);
  return [
    `graph ${graph.name}(${inputs.join(", ")}) {`,
    ...graph.ops.map((op, index) => `  %${graph.inputs.length + index} = ${printOp(op)}`),
    ...graph.outputs.map((output) => `  output ${quote(output.name)} = %${output.value}`),
    "}",
  ];
}

/** One weight, on one line. */
export function printWeight(weight: Weight): string {
  return [
    `weight ${quote(weight.path)} ${weight.role} f32[${weight.shape.join(", ")}] (${weight.axes.join(", ")}) = ${printInitializer(weight.init)}`,
    weight.trainable ? "trained" : "untrained",
    ...(weight.l2 === undefined ? [] : [`l2(${printNumber(weight.l2)})`]),
    ...(weight.set === null ? [] : [printSet(weight.set)]),
  ].join(" ");
}

function printInitializer(init: Initializer): string {
  switch (init.kind) {
    case "zeros":
    case "ones":
      return init.kind;
    case "constant":
      return `constant(${printNumber(init.value)})`;
    case "normal":
      return `normal(${printNumber(init.std)})`;
    case "uniform":
      return `uniform(${printNumber(init.limit)})`;
    case "he_normal":
    case "lecun_normal":
    case "glorot_uniform":
      return `${init.kind}(${printNumber(init.fanIn)}, ${printNumber(init.fanOut)})`;
    case "fused":
      return printFused(init, printNumber, quote, printInitializer);
  }
}

function printSet(set: KernelSet): string {
  const mix = set.mix.rule === "dirichlet" ? `dirichlet(${printNumber(set.mix.alpha)})` : set.mix.rule;
  const init = set.init.rule === "centred" ? `centred(${printNumber(set.init.spread)})` : set.init.rule;
  return `set(${set.copies}, mix: ${mix}, per: ${set.per}, init: ${init}, rate: ${set.rate}, moments: ${set.moments}, anneal: ${printNumber(set.anneal)})`;
}

function printOp(op: Op): string {
  const attributes = Object.keys(op.attributes)
    .sort()
    .map((name) => `${name}: ${printAttribute(op.attributes[name] ?? "")}`);
  return [
    `${op.kind}(${op.operands.map((operand) => `%${operand}`).join(", ")})`,
    ...(attributes.length === 0 ? [] : [` {${attributes.join(", ")}}`]),
    ` : ${printValueType(op.type)}`,
    ...(op.path === "" ? [] : [` @${quote(op.path)}`]),
  ].join("");
}

function printAttribute(value: Attribute): string {
  if (typeof value === "number") return printNumber(value);
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return String(value);
  return `[${value.map(printNumber).join(", ")}]`;
}

/** The shortest decimal that reads back as the same float64. */
function printNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function printName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quote(name);
}

/** JSON, with the two line separators escaped that JSON lets stand. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
