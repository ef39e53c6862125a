// flatten, reshape, concat, one_hot, cast and mean: layers that rearrange or reduce.

import { printType, type TensorType } from "../types.js";
import type { LayerSignature } from "./layer.js";
import { axisFix, axisOf, elements, indicesFix, mismatch, notFloat, numberOption, numbersOption, ok, tensor } from "./shape-rules.js";

/** All axes of an example in one. */
export const flatten: LayerSignature = {
  doc: "All axes of an example in one, the last fastest.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "f32[n]", where: "n is the product of all sizes; i32 and bool keep their dtype" },
  options: [],
  shape: (tensors) => {
    const x = tensor(tensors, 0);
    return { kind: "ok", type: { ...x, shape: [elements(x.shape)] } };
  },
  weights: () => [],
  flops: () => 0,
};

/** The same elements in another shape. */
export const reshape: LayerSignature = {
  doc: "The same elements of an example in another shape, the last axis fastest.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "f32[shape]", where: "the product of the sizes stays; i32 and bool keep their dtype" },
  options: [{ name: "shape", doc: "Sizes of the result.", type: { kind: "ints", min: 1 } }],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const shape = numbersOption(options, "shape");
    if (elements(shape) !== elements(x.shape)) return mismatch(`${elements(shape)} elements for [${shape.join(", ")}]`, `${elements(x.shape)} in ${printType(x)}`, `Write sizes whose product is ${elements(x.shape)}.`);
    return { kind: "ok", type: { ...x, shape } };
  },
  weights: () => [],
  flops: () => 0,
};

/** Tensors joined along an axis; all others must agree. Scalars count as vectors of one. */
export const concat: LayerSignature = {
  doc: "Tensors joined along an axis of the example; scalars count as vectors of one.",
  tensors: ["x..."],
  rule: { takes: ["f32[..., n, ...]"], gives: "f32[..., sum of n, ...]", where: "n is the size at `axis`, all other sizes agree; i32 and bool keep their dtype" },
  options: [{ name: "axis", doc: "The axis along which they are joined; -1 is the last.", type: { kind: "int" }, default: -1 }],
  shape: (tensors, options) => {
    const first = tensor(tensors, 0);
    const axis = axisOf(numberOption(options, "axis"), first.shape.length);
    if (axis === null) return mismatch(`an axis of ${printType(first)}`, `axis ${numberOption(options, "axis")}`, axisFix(first.shape.length));
    const odd = oddTensor(tensors);
    if (odd !== null) return odd;
    let size = 0;
    for (const x of tensors) {
      const fits = x.dtype === first.dtype && x.shape.length === first.shape.length && x.shape.every((n, i) => i === axis || n === first.shape[i]);
      if (!fits) {
        const pattern = first.shape.map((n, i) => (i === axis ? "any" : String(n))).join(", ");
        return mismatch(`${first.dtype}[${pattern}] like the first tensor`, x, joinFix(first, x, axis));
      }
      size += x.shape[axis] ?? 0;
    }
    const shape = first.shape.map((n, i) => (i === axis ? size : n));
    return { kind: "ok", type: { dtype: first.dtype, shape, batched: tensors.some((x) => x.batched), below: null } };
  },
  weights: () => [],
  flops: () => 0,
};

// Whole numbers among f32: it is they that are to be changed, wherever they stand.
function oddTensor(tensors: readonly TensorType[]): ReturnType<typeof mismatch> | null {
  const index = tensors.findIndex(({ dtype }) => dtype === "i32");
  const found = tensors[index];
  if (found === undefined || !tensors.some(({ dtype }) => dtype === "f32")) return null;
  const { below } = found;
  const fix = (name: string): string => `Turn \`${name}\` into f32 first, with ${below === null ? "" : `\`one_hot(${name}, ${below})\`, `}\`embedding\` or \`cast(${name}, f32)\`.`;
  return { ...mismatch("f32 like its other tensors", found, "Turn the whole numbers into f32 first, with `one_hot`, `embedding` or `cast(x, f32)`."), odd: { index, fix } };
}

// What to do about a tensor that cannot be joined to the first one.
function joinFix(first: TensorType, x: TensorType, axis: number): string {
  if (x.dtype !== first.dtype) return "Bring both to one dtype with `cast`.";
  if (x.shape.length !== first.shape.length) return "Give both as many axes, with `reshape` or `flatten`.";
  const other = first.shape.findIndex((_, i) => i !== axis && x.shape.every((size, j) => j === i || size === first.shape[j]));
  if (other >= 0) return `Join them along the other axis: \`axis: ${other}\`.`;
  return first.shape.length === 3 ? `Bring both to one height and width first, with \`resize(size: [${first.shape[0] ?? 1}, ${first.shape[1] ?? 1}])\`, \`pad\` or \`slice\`.` : "Bring both to equal sizes first, with `slice` or `pad`.";
}

/** 1 at the index, 0 elsewhere: i32[...] to f32[..., depth]. */
export const oneHot: LayerSignature = {
  doc: "A new last axis with 1 at the index and 0 elsewhere.",
  tensors: ["indices"],
  rule: { takes: ["i32[...] below depth"], gives: "f32[..., depth]" },
  options: [{ name: "depth", doc: "Size of the new axis.", type: { kind: "int", min: 1 } }],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const depth = numberOption(options, "depth");
    if (x.dtype !== "i32") return mismatch("indices (i32, or a class)", x, indicesFix);
    if (x.below !== null && x.below > depth) return mismatch(`indices below ${depth}`, `indices below ${x.below}`, `Write \`one_hot(${x.below})\`.`);
    return ok(x, [...x.shape, depth]);
  },
  weights: () => [],
  flops: () => 0,
};

/** The same numbers as another dtype. */
export const cast: LayerSignature = {
  doc: "The same numbers as another dtype; f32 to i32 drops the fraction, to bool is `not 0`.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "dtype[...]", where: "`dtype` is the option; any dtype may come in" },
  options: [{ name: "dtype", doc: "That of the result.", type: { kind: "word", words: ["f32", "i32", "bool"] } }],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const dtype = options["dtype"] === "i32" ? "i32" : options["dtype"] === "bool" ? "bool" : "f32";
    return ok(x, x.shape, dtype);
  },
  weights: () => [],
  flops: () => 0,
};

/** The mean over some axes of an example. */
export const mean: LayerSignature = {
  doc: "The mean over axes of the example; over all of them unless `axis` is given.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "f32[...]", where: "the result has the sizes of the axes that `axis` does not name" },
  options: [{ name: "axis", doc: "One axis or several; 0 is the first of an example, -1 the last. `[]`: all.", type: { kind: "ints", one: true }, default: [] }],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    const given = numbersOption(options, "axis");
    const axes = given.length === 0 ? x.shape.map((_, i) => i) : given.map((axis) => axisOf(axis, x.shape.length));
    const wrong = given.find((_, i) => axes[i] === null);
    if (wrong !== undefined) return mismatch(`an axis of ${printType(x)}`, `axis ${wrong}`, axisFix(x.shape.length));
    if (new Set(axes).size !== axes.length) return mismatch("different axes", `[${given.join(", ")}]`, "Name each axis once.");
    return ok(x, x.shape.filter((_, i) => !axes.includes(i)));
  },
  weights: () => [],
  flops: (tensors) => elements(tensor(tensors, 0).shape),
};
