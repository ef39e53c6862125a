// What is known of a model that starts from others, in words: made by whoever follows graphs (compiler/fusion), shown in editors.

import type { Origin } from "../../source/source.js";

export interface FusionWords {
  /** The `fuse from`. */
  readonly origin: Origin;
  /** The call of the fused model in whose reach the weights are, as a path; "": the model itself. */
  readonly prefix: string;
  /** In order, with the share of each in the mean. */
  readonly sources: readonly { readonly name: string; readonly model: string; readonly share: number }[];
  /** Weights that begin alike, and how: "`left` 32 + `right` 32 side by side". */
  readonly parts: readonly { readonly weights: readonly string[]; readonly text: string }[];
  /** "is the mean of the sources'", with causes where it is not. */
  readonly outputs: readonly { readonly name: string; readonly isExact: boolean; readonly text: string; readonly causes: readonly string[] }[];
  /** Layers that no source has: they begin by adding nothing. */
  readonly newLayers: readonly string[];
  /** Why it cannot be put together; empty: it can. */
  readonly problems: readonly string[];
}
