// What the language has and this version has not: named here, so that using it says "not supported yet" and never "unknown".

import { suggest } from "../diagnostics/suggest.js";

/** Layers, functions, losses and metrics. */
export const plannedLayers: ReadonlySet<string> = new Set([
  "einsum",
]);

/** Files of the standard library that are of a later version. */
export const plannedLibraries: ReadonlySet<string> = new Set();
/** Files of the standard library. */
export const libraries: readonly string[] = ["std/mlp", "std/vision", "std/transformer", "std/data", "std/recipes"];

/** What to say of a `std/...` that cannot be found. */
export function missingLibrary(specifier: string): { readonly planned: boolean; readonly nearest: string | null } {
  return { planned: plannedLibraries.has(specifier), nearest: suggest(specifier, libraries) };
}

/** Options of layers that this version has not, by layer. */
export const plannedOptions: Readonly<Record<string, readonly string[]>> = {};
