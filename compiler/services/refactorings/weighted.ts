// Which layers have weights, and so whether a refactoring gives weights other names.

import { layers, isLayerName, type LayerKind } from "../../semantics/layers/layers.js";
import type { Span } from "../../source/source.js";
import { probe } from "../reference/weights-in-words.js";
import { referencesOf, within, type Owner } from "./local-names.js";

const known = new Map<LayerKind, boolean>();

function hasWeights(kind: LayerKind): boolean {
  let answer = known.get(kind);
  if (answer === undefined) {
    const { tensors, options } = probe(layers[kind]);
    known.set(kind, (answer = layers[kind].weights(tensors, options).length > 0));
  }
  return answer;
}

/** Does a stretch of a body call something that may have weights of its own? Named layers keep theirs. */
export function mayHaveWeights(owner: Owner, span: Span): boolean {
  return within(referencesOf(owner), span).some(({ builtIn, symbols }) => {
    if (builtIn !== null) return builtIn.kind === "layer" && isLayerName(builtIn.name) && hasWeights(builtIn.name);
    return symbols.some(({ kind, node }) => kind === "block" || kind === "model" || (kind === "layer" && node.span.start >= span.start) || (kind === "parameter" && node.kind === "param" && node.type.name.text === "layer"));
  });
}
