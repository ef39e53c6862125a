// Random modules for laws about the IR: sound by construction, with shared weights, kernel sets to be, dead ops and odd names.

import fc from "fast-check";
import { GraphBuilder, nowhere, WeightTable } from "../../compiler/ir/builder.js";
import type { AxisRuns, Initializer, Owner, PlainInitializer } from "../../compiler/ir/initializers.js";
import type { Graph, KernelSet, Module, Op, ValueType, Weight } from "../../compiler/ir/module.js";
import { elementCount } from "../../compiler/ir/value-types.js";

/** A module without kernel sets, and sets for some of its kernels. */
export interface RandomProgram {
  readonly module: Module;
  readonly reach: ReadonlyMap<string, KernelSet>;
}

const positive = fc.double({ min: 1e-9, max: 1e6, noNaN: true });

const initializer: fc.Arbitrary<PlainInitializer> = fc.oneof(
  fc.constantFrom<PlainInitializer>({ kind: "zeros" }, { kind: "ones" }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): PlainInitializer => ({ kind: "constant", value })),
  positive.map((std): PlainInitializer => ({ kind: "normal", std })),
  positive.map((limit): PlainInitializer => ({ kind: "uniform", limit })),
  fc.record({ kind: fc.constantFrom("he_normal" as const, "lecun_normal" as const, "glorot_uniform" as const), fanIn: fc.nat(1000), fanOut: fc.nat(1000) }, { noNullPrototype: true }),
);

export const kernelSet: fc.Arbitrary<KernelSet> = fc.record({
  copies: fc.integer({ min: 2, max: 9 }),
  mix: fc.oneof(
    positive.map((alpha): KernelSet["mix"] => ({ rule: "dirichlet", alpha })),
    fc.constantFrom<KernelSet["mix"]>({ rule: "uniform" }, { rule: "mean" }),
  ),
  per: fc.constantFrom("kernel" as const, "output" as const, "model" as const),
  init: fc.oneof(
    positive.map((spread): KernelSet["init"] => ({ rule: "centred", spread })),
    fc.constantFrom<KernelSet["init"]>({ rule: "scaled" }, { rule: "independent" }),
  ),
  rate: fc.constantFrom("mixture" as const, "mean" as const, "unscaled" as const),
  moments: fc.constantFrom("shared" as const, "copies" as const),
  anneal: fc.double({ min: 0, max: 1, noNaN: true }),
}, { noNullPrototype: true });

/** Names as a hostile user would choose them. */
export const oddName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("x", "dense", "*/", "`${1}`", "\"'\\", "a\nb", "\u2028", "\u2029", "__proto__", "constructor", "</script>", "größe", "class", "\ud800", "//", "", "1", "null", "-0"),
  fc.string({ unit: "binary", maxLength: 8 }),
);

type Step = { readonly kind: "dense" | "bias" | "norm" | "unary" | "binary" | "reshape" | "constant" | "again" | "dropout"; readonly pick: number; readonly size: number; readonly init: PlainInitializer; readonly set: KernelSet | null; readonly name: string; readonly value: number };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("dense" as const, "bias" as const, "norm" as const, "unary" as const, "binary" as const, "reshape" as const, "constant" as const, "again" as const, "dropout" as const),
  pick: fc.nat(1000),
  size: fc.integer({ min: 1, max: 5 }),
  init: initializer,
  set: fc.option(kernelSet),
  name: oddName,
  value: fc.double({ noNaN: true, noDefaultInfinity: true }),
});

export const randomProgram: fc.Arbitrary<RandomProgram> = fc
  .record({ name: oddName, input: oddName, steps: fc.array(step, { maxLength: 25 }), outputs: fc.uniqueArray(oddName, { maxLength: 3 }), pick: fc.nat(1000) })
  .map(({ name, input, steps, outputs, pick }) => {
    const weights = new WeightTable();
    const reach = new Map<string, KernelSet>();
    const type: ValueType = { dtype: "f32", shape: [2, 3], batched: true };
    const builder = new GraphBuilder("forward", [{ name: input, type }], weights);
    const values: number[] = [0];
    for (const each of steps) values.push(take(each, builder, weights, reach, values));
    const at = (index: number): number => values[index % values.length] ?? 0;
    const forward = builder.build(outputs.map((output, index) => ({ name: output, value: at(pick + index) })));
    const loss = lossGraph(forward, weights);
    return { module: { name, weights: weights.list(), graphs: [forward, loss] }, reach };
  });

function take(step: Step, builder: GraphBuilder, weights: WeightTable, reach: Map<string, KernelSet>, values: readonly number[]): number {
  const place = { path: step.pick % 3 === 0 ? "" : `${step.name}.layer`, hint: step.name, origin: nowhere };
  const batched = values.filter((value) => builder.typeOf(value).batched && builder.typeOf(value).shape.length > 0);
  const x = batched[step.pick % batched.length] ?? 0;
  const { shape } = builder.typeOf(x);
  const weight = (role: Weight["role"], size: readonly number[]): number => {
    const path = `${weights.list().length}.${step.name}`;
    weights.declare({ path, role, shape: size, axes: size.map((_, axis) => (axis === 0 ? "feature" : "fixed")), init: step.pick % 4 === 0 ? fused(step, size) : step.init, trainable: step.pick % 5 !== 0, ...(step.pick % 7 === 0 ? { l2: 1 / (1 + step.size) } : {}), set: null, origin: nowhere });
    if (step.set !== null && role === "kernel" && step.pick % 5 !== 0) reach.set(path, step.set);
    return builder.op("weight", [], { path }, place);
  };
  switch (step.kind) {
    case "dense":
      return builder.op("matmul", [x, weight("kernel", [shape.at(-1) ?? 1, step.size])], {}, place);
    case "bias":
      return builder.op("add", [x, weight("bias", [shape.at(-1) ?? 1])], {}, place);
    case "norm": {
      const width = shape.at(-1) ?? 1;
      const segments = width > 2 && step.pick % 2 === 0 ? { segments: [0, 1, 1, width - 2, 0, 1] } : {};
      return builder.op("rms_norm", [x, weight("scale", [width])], { epsilon: step.size, ...segments }, place);
    }
    case "unary":
      return builder.op((["relu", "tanh", "neg", "sqrt", "exp"] as const)[step.pick % 5] ?? "relu", [values[step.pick % values.length] ?? 0], {}, place);
    case "binary":
      return builder.op((["add", "mul", "sub", "div", "pow"] as const)[step.pick % 5] ?? "add", [x, x], {}, place);
    case "reshape":
      return builder.op("reshape", [x], { shape: step.pick % 2 === 0 ? [elementCount(shape)] : shape }, place);
    case "constant": {
      const number = builder.op("constant", [], { value: step.value }, place);
      const half = builder.op("constant", [], { value: 0.5 }, place);
      return builder.op("mul", [x, builder.op("add", [number, half], {}, place)], {}, place);
    }
    case "again": {
      const known = weights.list().find((each) => each.role === "kernel" && each.shape[0] === shape.at(-1));
      if (known === undefined) return x;
      return builder.op("matmul", [x, builder.op("weight", [], { path: known.path }, place)], {}, place);
    }
    case "dropout":
      return builder.op("dropout", [x], { rate: 1 / (1 + step.size) }, place);
  }
}

/** A weight out of two sources, with runs of all kinds. */
function fused({ pick, size: std, init: plain, name, value }: Step, shape: readonly number[]): Initializer {
  const axis = (size: number, index: number): AxisRuns => {
    const owners: readonly Owner[] = [0, 1, "shared", "new"];
    const owner = (shift: number): Owner => owners[(pick + index + shift) % owners.length] ?? 0;
    if (size === 1 || pick % 3 === 0) return { copies: size, runs: [{ owner: owner(0), length: 1 }] };
    return { copies: 1, runs: [{ owner: owner(0), length: 1 }, { owner: owner(1), length: size - 1 }] };
  };
  const kinds = [{ kind: "zeros" }, { kind: "normal", std }, { kind: "antisymmetric", std }] as const;
  return {
    kind: "fused",
    from: [name, "b"].map((source) => ({ source, weight: name, factor: value, share: 1 / std })),
    axes: shape.map(axis),
    contracts: pick % 2 === 0 ? 0 : null,
    rest: kinds[pick % 3] ?? { kind: "zeros" },
    moments: pick % 2 === 0 ? "fused" : "fresh",
    plain,
  };
}

function lossGraph(forward: Graph, weights: WeightTable): Graph {
  const inputs = forward.outputs.map((output) => ({ name: output.name, type: typeOf(forward, output.value) }));
  const usable = inputs.findIndex((input) => input.type.batched);
  const builder = new GraphBuilder("loss", [...inputs, { name: "row.\u2028target", type: inputs[usable]?.type ?? { dtype: "f32", shape: [], batched: true } }], weights);
  const first = usable < 0 ? inputs.length : usable;
  const place = { path: "", hint: null, origin: nowhere };
  return builder.build([{ name: "mse", value: builder.op("mse", [first, inputs.length], {}, place) }]);
}

function typeOf(graph: Graph, value: number): ValueType {
  return graph.inputs[value]?.type ?? graph.ops[value - graph.inputs.length]?.type ?? { dtype: "f32", shape: [], batched: false };
}

/** The module as its text tells it: without origins and hints. */
export function withoutPlaces(module: Module): Module {
  const op = (each: Op): Op => ({ ...each, hint: null, origin: nowhere });
  return {
    ...module,
    weights: module.weights.map((weight) => ({ ...weight, origin: nowhere })),
    graphs: module.graphs.map((graph) => ({ ...graph, ops: graph.ops.map(op) })),
  };
}
