// Windows over an image: sizes of results for convolutions and pools, and their common options.

import type { OptionSpec } from "../options.js";

/** Windows reach over the border as far as needed (`same`) or stay within (`valid`). */
export function paddingOption(fallback: "same" | "valid"): OptionSpec {
  return {
    name: "padding",
    doc: "`same`: as many windows as `size / stride`, rounded up, with a border where needed; `valid`: only windows that lie within.",
    type: { kind: "word", words: ["same", "valid"] },
    default: fallback,
  };
}

/** What h' and w' are, in words; `window` is the option with the size of a window. */
export function windowSizes(window: "kernel" | "size"): string {
  const reach = window === "kernel" ? "(kernel - 1) * dilation - 1" : "size";
  return `h' is ceil(h / stride) with \`padding: same\`, floor((h - ${reach}) / stride) + 1 with \`padding: valid\`; w' likewise`;
}

/** The number of windows along an axis of `size`; 0 or less where none fits. */
export function windows(size: number, window: number, stride: number, dilation: number, padding: string): number {
  if (padding === "same") return Math.ceil(size / stride);
  return Math.floor((size - (window - 1) * dilation - 1) / stride) + 1;
}
