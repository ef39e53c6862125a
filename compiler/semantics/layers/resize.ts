// resize: an image in another height and width, without weights.

import { areSizes, imageSizes, plane } from "./convolution.js";
import type { LayerSignature, Options } from "./layer.js";
import { elements, mismatch, numbersOption, ok, tensor } from "./shape-rules.js";

/** [h, w, c] to [h', w', c]. */
export const resize: LayerSignature = {
  doc: "An image in another size. Pixels are squares and both images cover the same area: `nearest` takes the pixel that the new one's center lies in, `bilinear` mixes the two nearest centers each way, without smoothing.",
  tensors: ["x"],
  rule: { takes: ["f32[h, w, c]"], gives: "f32[h', w', c]", where: "h' and w' are `size`, or floor(h * scale) and floor(w * scale)" },
  options: [
    { ...plane("size", "Height and width of the result"), default: null },
    { name: "scale", doc: "How many times as high and as wide; in the place of `size`.", type: { kind: "float", min: 0, open: true }, default: null },
    { name: "method", doc: "What a new pixel is made of.", type: { kind: "word", words: ["nearest", "bilinear"] }, default: "nearest" },
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const sizes = imageSizes(x);
    if (!areSizes(sizes)) return sizes;
    const [height, width, channels] = sizes;
    const [hasSize, hasScale] = [options["size"] !== undefined, options["scale"] !== undefined];
    if (hasSize === hasScale) return mismatch("one of `size` and `scale`", hasSize ? "both" : "neither", "Write `resize(scale: 2)`, or `resize(size: [height, width])`.");
    const [h, w] = resized(height, width, options);
    return h < 1 || w < 1 ? mismatch("a result of at least 1 by 1", `${h} by ${w}`, "Make `scale` larger.") : ok(x, [h, w, channels]);
  },
  weights: () => [],
  flops: (_tensors, options, result) => (options["method"] === "bilinear" ? 6 * elements(result.shape) : 0),
};

/** Height and width after `resize` with these options. */
export function resized(height: number, width: number, options: Options): readonly [number, number] {
  const [h, w] = numbersOption(options, "size");
  if (h !== undefined && w !== undefined) return [h, w];
  const scale = Number(options["scale"]);
  // What rounding took from a whole number counts as whole: 100 * 0.29 is 29.
  const times = (n: number): number => Math.floor(n * scale * (1 + 1e-12));
  return [times(height), times(width)];
}
