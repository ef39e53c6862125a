// The weights of a model as an object of declarations by path.

import type { AxisRuns, FusedInitializer, Initializer } from "../ir/initializers.js";
import type { KernelSet, Weight } from "../ir/module.js";
import { number, numbers, object, text } from "./literals.js";
import { call, type RuntimeName } from "./runtime-names.js";

/** `{ "dense.kernel": sop.kernel(...), ... }`. */
export function emitWeights(weights: readonly Weight[]): string {
  return object(weights.map((weight) => [weight.path, emitWeight(weight)]));
}

const declarations: { readonly [R in Weight["role"]]: RuntimeName } = {
  kernel: "kernel",
  embedding: "embeddingTable",
  bias: "bias",
  scale: "scaleWeight",
  statistic: "statistic",
};

function emitWeight(weight: Weight): string {
  const plain = call(declarations[weight.role], numbers(weight.shape), emitInitializer(weight.init));
  const decaying = weight.l2 === undefined ? plain : call("decayed", number(weight.l2), plain);
  const held = weight.trainable || weight.role === "statistic" ? decaying : call("frozen", decaying);
  return weight.set === null ? held : call("kernelSet", number(weight.set.copies), held, emitSet(weight.set));
}

function emitInitializer(init: Initializer): string {
  switch (init.kind) {
    case "zeros":
      return call("zeros");
    case "ones":
      return call("ones");
    case "constant":
      return call("constantInitializer", number(init.value));
    case "normal":
      return call("normal", number(init.std));
    case "uniform":
      return call("uniform", number(init.limit));
    case "he_normal":
      return call("heNormal", number(init.fanIn), number(init.fanOut));
    case "lecun_normal":
      return call("lecunNormal", number(init.fanIn), number(init.fanOut));
    case "glorot_uniform":
      return call("glorotUniform", number(init.fanIn), number(init.fanOut));
    case "fused":
      return emitFused(init);
  }
}

function emitFused({ from, axes, contracts, rest, moments, plain }: FusedInitializer): string {
  const parts = from.map((part) => object([["source", text(part.source)], ["weight", text(part.weight)], ["factor", number(part.factor)], ["share", number(part.share)]]));
  return call(
    "fused",
    object([
      ["from", `[${parts.join(", ")}]`],
      ["axes", `[${axes.map(emitAxis).join(", ")}]`],
      ["contracts", contracts === null ? "null" : number(contracts)],
      ["rest", object([["kind", text(rest.kind)], ["std", rest.kind === "zeros" ? undefined : number(rest.std)]])],
      ["moments", moments === "fused" ? text(moments) : undefined],
      ["plain", emitInitializer(plain)],
    ]),
  );
}

function emitAxis({ copies, runs }: AxisRuns): string {
  const pairs = runs.map(({ owner, length }) => `[${typeof owner === "number" ? number(owner) : text(owner)}, ${number(length)}]`);
  return object([["copies", number(copies)], ["runs", `[${pairs.join(", ")}]`]]);
}

function emitSet(set: KernelSet): string {
  return object([
    ["mix", emitMix(set.mix)],
    ["per", text(set.per)],
    ["init", emitCopies(set.init)],
    ["rate", text(set.rate)],
    ["moments", text(set.moments)],
    ["anneal", number(set.anneal)],
  ]);
}

function emitMix(mix: KernelSet["mix"]): string {
  switch (mix.rule) {
    case "dirichlet":
      return call("dirichlet", number(mix.alpha));
    case "uniform":
      return call("uniformMixing");
    case "mean":
      return call("meanMixing");
  }
}

function emitCopies(init: KernelSet["init"]): string {
  switch (init.rule) {
    case "centred":
      return call("centred", number(init.spread));
    case "scaled":
      return call("scaled");
    case "independent":
      return call("independent");
  }
}
