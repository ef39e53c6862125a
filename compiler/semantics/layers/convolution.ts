// What the convolutions share: options, and messages of what they take that say what would fit.

import { initializer } from "../initializers.js";
import type { OptionSpec } from "../options.js";
import type { TensorType } from "../types.js";
import { l2Option } from "./decay.js";
import type { ShapeResult } from "./layer.js";
import { imageFix, mismatch, notFloat } from "./shape-rules.js";

/** Bias, initial value and decay: the last options of every convolution. */
export function weightOptions(each: "filter" | "channel"): readonly OptionSpec[] {
  return [
    { name: "bias", doc: `Add a bias per ${each === "filter" ? "filter" : "channel of the result"}.`, type: { kind: "boolean" }, default: true },
    { name: "init", doc: "Initial value of the filters.", type: initializer, default: { call: "he_normal", options: {} } },
    l2Option,
  ];
}

/** Two sizes, down and across, of which one stands for both. */
export function plane(name: string, doc: string, fallback?: readonly [number, number]): OptionSpec {
  const type = { kind: "ints", count: 2, one: true, min: 1 } as const;
  return { name, doc: `${doc}; one number for both.`, type, ...(fallback === undefined ? {} : { default: fallback }) };
}

/** Height, width and channels of an image, or what does not fit. */
export function imageSizes(x: TensorType): readonly [height: number, width: number, channels: number] | ShapeResult {
  if (x.dtype !== "f32") return notFloat(x);
  const [height, width, channels] = x.shape;
  if (height === undefined || width === undefined || channels === undefined || x.shape.length !== 3) return mismatch("an image f32[height, width, channels]", x, imageFix(x.shape));
  return [height, width, channels];
}

/** Did `imageSizes` find sizes? */
export function areSizes<S extends readonly number[]>(found: S | ShapeResult): found is S {
  return Array.isArray(found);
}

/** Groups must divide channels and filters; null where they do. */
export function groupMismatch(channels: number, filters: number, groups: number): ShapeResult | null {
  if (channels % groups === 0 && filters % groups === 0) return null;
  const more = Math.ceil(filters / groups) * groups;
  const fewer = divisorUpTo(groups, commonDivisor(channels, filters));
  const fix = channels % groups === 0 ? `Write ${more} filters, or \`groups: ${fewer}\`.` : `Write \`groups: ${fewer}\`, the most up to ${groups} that divide both.`;
  return mismatch(`channels and filters that ${groups} groups divide`, `${channels} channels and ${filters} filters`, fix);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The largest divisor of n that is at most `most`, in as many steps as the root of n. */
export function divisorUpTo(most: number, n: number): number {
  let best = 1;
  for (let i = 1; i * i <= n; i++) {
    if (n % i !== 0) continue;
    for (const divisor of [i, n / i]) if (divisor <= most && divisor > best) best = divisor;
  }
  return best;
}

/** A dilation above 1 goes with a stride of 1 alone, as in TensorFlow; null where it fits. */
export function dilationMismatch(stride: readonly number[], dilation: readonly number[]): ShapeResult | null {
  if (stride.every((step) => step === 1) || dilation.every((step) => step === 1)) return null;
  const print = (sizes: readonly number[]): string => (sizes.every((size) => size === sizes[0]) ? String(sizes[0]) : `[${sizes.join(", ")}]`);
  return mismatch("a stride of 1 where the dilation is above 1", `stride ${print(stride)} and dilation ${print(dilation)}`, "Leave out `stride` or `dilation`.");
}

/** How many neighbors a filter of `size` taps spans. */
export function reach(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}
