// Layers whose rule in words says all there is to say of sizes: those of what comes in stay, but for the last, which an option may give.
// What they do with symbols is read off, and nothing has to be tried (probe.ts). Most calls are of such layers.

import type { LayerSignature } from "../layers/layer.js";
import { layers } from "../layers/layers.js";
import { remembered } from "../remembered.js";
import type { Answer, Question } from "./probe.js";
import { constantOf, isSurelyWhole, type Size } from "./size.js";

interface Stated {
  readonly isStated: boolean;
  /** Does it take a last axis? */
  readonly takesLast: boolean;
  /** The option that is the last size of the result; null: all sizes stay. */
  readonly last: string | null;
}

const statedOf = remembered(({ rule: { takes, gives, where }, options }: LayerSignature): Stated => {
  const [from, to] = [lastOf(takes[0]), lastOf(gives)];
  const isOption = (name: string | null): boolean => options.some((option) => option.name === name);
  const isStated = takes.length === 1 && where === undefined && from !== undefined && to !== undefined && !isOption(from) && (from === to || isOption(to));
  return { isStated, takesLast: typeof from === "string", last: to === undefined || to === from ? null : to };
});

/** The name in `f32[..., name]`, null of `f32[...]`, undefined of all else. */
function lastOf(type: string | undefined): string | null | undefined {
  if (type === "f32[...]") return null;
  return type === undefined ? undefined : /^f32\[\.\.\., (\w+)\]$/.exec(type)?.[1];
}

/** The answer, where the layer's rule in words has it and the call fits; else null. */
export function answerStated({ layer, tensors: [x, ...others], options }: Question): Answer | null {
  const { isStated, takesLast, last } = statedOf(layers[layer]);
  if (!isStated || x === undefined || others.length > 0 || x.dtype !== "f32" || (takesLast && x.shape.length === 0)) return null;
  if (last === null) return { kind: "fits", type: x, isAlways: true };
  const guess = options.get(last);
  if (guess?.kind !== "size" || !isSurely(guess.size, guess.min)) return null;
  return { kind: "fits", type: { dtype: "f32", shape: [...x.shape.slice(0, -1), guess.size] }, isAlways: true };
}

/** Is it such a number, or a product of names that can be? */
function isSurely(size: Size, least: number): boolean {
  const known = constantOf(size);
  if (known !== null) return known.d === 1n && known.n >= BigInt(least);
  const [term] = size.values();
  return size.size === 1 && term !== undefined && term.n > 0n && isSurelyWhole(size);
}
