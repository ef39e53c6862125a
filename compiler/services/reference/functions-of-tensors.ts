// The reference of whatever can be applied to tensors: layers, functions, operators, losses, metrics.

import type { LayerSignature } from "../../semantics/layers/layer.js";
import { categoryOf, isLayerName, layers, type LayerKind } from "../../semantics/layers/layers.js";
import { plannedOptions } from "../../semantics/not-supported.js";
import { tensorOperators } from "../../semantics/operators.js";
import { layerExample } from "./examples.js";
import { notesOf } from "./notes.js";
import { describeOption, nothing, optionInSignature } from "./option-text.js";
import { entry, type ReferenceEntry } from "./page.js";
import { weightsInWords } from "./weights-in-words.js";

const titles = { loss: "a loss, and a metric too", metric: "a metric" } as const;

/** Layers, losses and metrics. */
export function layerEntries(): readonly ReferenceEntry[] {
  return Object.keys(layers)
    .filter(isLayerName)
    .map((name) => layerEntry(name));
}

function layerEntry(name: LayerKind): ReferenceEntry {
  const signature = layers[name];
  const category = categoryOf(name);
  const kind = category === "loss" || category === "metric" ? category : "layer";
  const weights = weightsInWords(signature);
  return entry({
    word: name,
    kind,
    title: kind !== "layer" ? titles[kind] : weights.length > 0 ? "a layer" : "a layer without weights",
    signature: signatureText(name, signature),
    where: signature.rule.where ?? null,
    doc: signature.doc,
    options: [...signature.options.map((option) => describeOption(option, signature.options)), ...(signature.optionalTensors ?? []).map(({ name: option, doc, takes }) => ({ name: option, type: `a tensor \`${takes}\``, default: nothing, doc }))],
    weights,
    notes: [...notesOf(name), ...plannedNotes(name)],
    example: layerExample(name),
  });
}

/** What of the layer this version cannot do. */
function plannedNotes(name: LayerKind): readonly string[] {
  const all = (plannedOptions[name] ?? []).map((option) => `the option \`${option}\``);
  return all.length === 0 ? [] : [`Not supported yet: ${all.join("; ")}.`];
}

/** `dense(x: f32[..., in], units: int, bias: bool = true) -> f32[..., units]`. */
function signatureText(name: string, { tensors, optionalTensors = [], rule, options }: LayerSignature): string {
  const parameters = [...tensors.map((tensor, index) => `${tensor}: ${rule.takes[index] ?? ""}`), ...options.map((option) => optionInSignature(option, options)), ...optionalTensors.map((tensor) => `[${tensor.name}: ${tensor.takes}]`)];
  return `${name}(${parameters.join(", ")}) -> ${rule.gives}`;
}

/** `+ - * / **` between tensors. */
export function operatorEntries(): readonly ReferenceEntry[] {
  return Object.entries(tensorOperators).map(([symbol, kind]) => {
    const { doc, rule } = layers[kind];
    return entry({
      word: symbol,
      kind: "operator",
      title: "an operator",
      signature: `a ${symbol} b -> ${rule.gives}`,
      where: rule.where ?? null,
      doc,
      notes: notesOf(symbol),
      example: layerExample(kind),
    });
  });
}
