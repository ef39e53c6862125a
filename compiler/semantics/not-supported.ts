// What the language has and this version has not: named here, so that using it says "not supported yet" and never "unknown".

import { suggest } from "../diagnostics/suggest.js";
import type { Options } from "./layers/layer.js";
import type { LayerKind } from "./layers/layers.js";

/** Layers, functions, losses and metrics. */
export const plannedLayers: ReadonlySet<string> = new Set([
  "conv1d", "depthwise_conv2d", "conv2d_transpose", "learned_positions", "rotary", "self_attention", "cross_attention", "layer_norm", "rms_norm", "group_norm",
  "transpose", "lstm", "gru", "first", "last", "slice", "pad", "matmul", "l2_normalize", "learned", "relative_bias", "noise", "resize", "einsum",
  "kl_normal", "contrastive", "recall",
]);

/** Sources of data. */
export const plannedSources: ReadonlySet<string> = new Set(["jsonl", "npy", "npz", "parquet", "text", "images"]);

/** Generators of synthetic data. */
export const plannedGenerators: ReadonlySet<string> = new Set(["shapes", "spirals"]);

/** Optimizers. */
export const plannedOptimizers: ReadonlySet<string> = new Set(["adagrad", "rmsprop", "lion", "rk"]);

/** Files of the standard library that are of a later version. */
export const plannedLibraries: ReadonlySet<string> = new Set(["std/transformer"]);
/** Files of the standard library. */
export const libraries: readonly string[] = ["std/mlp", "std/vision", "std/data", "std/recipes"];

/** What to say of a `std/...` that cannot be found. */
export function missingLibrary(specifier: string): { readonly planned: boolean; readonly nearest: string | null } {
  return { planned: plannedLibraries.has(specifier), nearest: suggest(specifier, libraries) };
}

/** The setting of a layer that this version cannot do, in words, or null. */
export function plannedOption(kind: LayerKind, options: Options): string | null {
  if (kind === "conv2d" && options["groups"] !== 1) return "`groups` above 1 of `conv2d`";
  return null;
}

/** Options of layers that this version has not, by layer. */
export const plannedOptions: Readonly<Record<string, readonly string[]>> = { dense: ["l2"], conv2d: ["l2"], embedding: ["l2"] };

/** Constructs of the language that this version parses and cannot do, as they are written. */
export const plannedForms: readonly { readonly word: string; readonly form: string; readonly doc: string }[] = [
  { word: "frozen", form: "x |> Backbone frozen", doc: "A layer or model whose weights are not trained." },
  { word: "fuse", form: "model Wide = Net(64) fuse from left, right", doc: "A model that starts out of trained smaller ones." },
  { word: "unembed", form: "tok.unembed(x)", doc: "The table of an embedding, used the other way round." },
  { word: "..", form: "f32[..50]", doc: "A size that varies between examples." },
  { word: "next", form: "fields target: i32[50] from next", doc: "The following token of a text as a field; also `from shift(...)`." },
  { word: "pkg", form: 'import { net } from "pkg:name/file"', doc: "Imports from packages." },
  { word: "folder", form: "split train folder", doc: "A split that folders give." },
  { word: "l1", form: "regularize l1 1e-4", doc: "Decay by absolute values." },
];
