// The weights of a layer in words, without a second copy of its rule: the layer is asked with a prime number for each size that has a
// name, and the numbers in its answer are turned back into names.

import type { LayerSignature, Options, WeightSignature } from "../../semantics/layers/layer.js";
import type { OptionValue } from "../../semantics/option-value.js";
import type { TensorType } from "../../semantics/types.js";
import type { ReferenceWeight } from "./page.js";

/** A layer's tensors and options with a number for each name. */
export interface Probe {
  readonly tensors: readonly TensorType[];
  readonly options: Options;
  readonly names: ReadonlyMap<number, string>;
}

// Small ones for windows, which must fit into images of the large ones.
const small = [3, 5, 7, 11, 13, 17, 19, 23];
const large = [101, 103, 107, 109, 113, 127, 131, 137];

/** Numbers for the names in a layer's rule; `...` is one axis more, of size `rest` (0: none). */
export function probe({ rule, options: specs }: LayerSignature, rest = 0): Probe {
  const names = new Map<number, string>();
  const numbers = new Map<string, number>();
  const numberOf = (name: string, from: readonly number[]): number => {
    const number = numbers.get(name) ?? from.find((candidate) => !names.has(candidate)) ?? 1;
    numbers.set(name, number);
    names.set(number, name);
    return number;
  };
  const options: Record<string, OptionValue> = {};
  for (const { name, type, default: fallback } of specs) {
    if (typeof fallback === "function") options[name] = fallback(options);
    else if (fallback !== undefined) {
      if (fallback !== null) options[name] = fallback;
    } else if (type.kind === "int") options[name] = numberOf(name, small);
    else if (type.kind === "ints") options[name] = type.count === 2 ? [numberOf(`${name} height`, small), numberOf(`${name} width`, small)] : [numberOf(name, small)];
    else options[name] = type.kind === "word" ? (type.words[0] ?? "") : 0;
  }
  // `2 * pairs` has the number 2 times that of `pairs`.
  const sizeOf = (text: string): number => {
    const factors = text.split(" * ");
    if (factors.length === 1) return numberOf(text, large);
    const size = factors.reduce((product, factor) => product * (/^\d+$/.test(factor) ? Number(factor) : numberOf(factor, large)), 1);
    names.set(size, text);
    return size;
  };
  const tensors = rule.takes.map((text): TensorType => {
    const { dtype, sizes, below } = readRule(text);
    const shape = sizes.flatMap((size) => (size === "..." ? (rest === 0 ? [] : [rest]) : [sizeOf(size)]));
    return { dtype: dtype === "i32" || dtype === "bool" ? dtype : "f32", shape, batched: true, below: below === null ? null : numberOf(below, large) };
  });
  return { tensors, options, names };
}

/** The parts of `i32[..., t] below n`. */
export function readRule(text: string): { readonly dtype: string; readonly sizes: readonly string[]; readonly below: string | null } {
  const [, dtype = "", sizes = "", below] = /^(\w+)(?:\[([^\]]*)\])?(?: below (\w+))?$/.exec(text) ?? [];
  return { dtype, sizes: sizes === "" ? [] : sizes.split(", "), below: below ?? null };
}

export function weightsInWords(signature: LayerSignature): readonly ReferenceWeight[] {
  const { tensors, options, names } = probe(signature);
  const ask = (changed: Options): readonly WeightSignature[] => signature.weights(tensors, { ...options, ...changed });
  const switches = signature.options.filter(({ type }) => type.kind === "boolean");
  const given = signature.options.find(({ name }) => name === "init");
  return ask({}).map(({ name, shape, role, init }) => {
    const without = switches.find((option) => !ask({ [option.name]: options[option.name] !== true }).some((weight) => weight.name === name));
    const isGiven = given !== undefined && ask({ init: { call: "ones", options: {} } }).some((weight) => weight.name === name && weight.init.kind === "ones") && init.kind !== "ones";
    return {
      name,
      type: `f32[${shape.map((size) => sizeInWords(size, names)).join(", ")}]`,
      role,
      initial: isGiven ? "as `init` says" : (constants[init.kind] ?? init.kind),
      unless: without === undefined ? null : `\`${without.name}: ${String(options[without.name] !== true)}\``,
    };
  });
}

/** `4 units` where no name has the size itself: the probe's sizes are primes. */
function sizeInWords(size: number, names: ReadonlyMap<number, string>): string {
  const name = names.get(size);
  if (name !== undefined) return name;
  const [of] = [...names].filter(([number]) => number > 1 && size % number === 0 && size / number <= 8);
  return of === undefined ? String(size) : `${size / of[0]} ${of[1]}`;
}

const constants: Readonly<Record<string, string>> = { zeros: "0", ones: "1" };
