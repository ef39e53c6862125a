// max_pool, avg_pool and global_avg_pool: images made smaller.

import type { LayerSignature } from "./layer.js";
import { elements, mismatch, notFloat, imageFix, numbersOption, ok, tensor } from "./shape-rules.js";
import { paddingOption, windows, windowSizes } from "./window.js";

function pool(doc: string): LayerSignature {
  return {
    doc,
    tensors: ["x"],
    rule: { takes: ["f32[h, w, c]"], gives: "f32[h', w', c]", where: windowSizes("size") },
    options: [
      { name: "size", doc: "Height and width of a window; one number for both.", type: { kind: "ints", count: 2, one: true, min: 1 } },
      { name: "stride", doc: "Steps between windows; as `size` unless given.", type: { kind: "ints", count: 2, one: true, min: 1 }, default: (earlier) => earlier["size"] ?? [1, 1] },
      paddingOption("valid"),
    ],
    shape: (tensors, options) => {
      const x = tensor(tensors, 0);
      if (x.dtype !== "f32") return notFloat(x);
      const [height, width, channels] = x.shape;
      if (height === undefined || width === undefined || channels === undefined || x.shape.length !== 3) return mismatch("an image f32[height, width, channels]", x, imageFix(x.shape));
      const [sizeH = 1, sizeW = 1] = numbersOption(options, "size");
      const [strideH = 1, strideW = 1] = numbersOption(options, "stride");
      const padding = String(options["padding"]);
      const h = windows(height, sizeH, strideH, 1, padding);
      const w = windows(width, sizeW, strideW, 1, padding);
      if (h < 1 || w < 1) return mismatch(`an image of at least ${sizeH} by ${sizeW}`, x, height < width && height <= 4 ? "Put the channels last: images are [height, width, channels]." : "Pool less often, or write `padding: same`.");
      return ok(x, [h, w, channels]);
    },
    weights: () => [],
    flops: (_tensors, options, result) => {
      const [sizeH = 1, sizeW = 1] = numbersOption(options, "size");
      return elements(result.shape) * sizeH * sizeW;
    },
  };
}

/** The largest value of each window: [h, w, c] to [h', w', c]. */
export const maxPool: LayerSignature = pool("The largest value of each window, channel by channel.");

/** The mean of each window: [h, w, c] to [h', w', c]; what lies beyond the border does not count. */
export const avgPool: LayerSignature = pool("The mean of each window, channel by channel; what lies beyond the border does not count.");

/** The mean of each channel over height and width: [h, w, c] to [c]. */
export const globalAvgPool: LayerSignature = {
  doc: "The mean of each channel over all positions.",
  tensors: ["x"],
  rule: { takes: ["f32[h, w, c]"], gives: "f32[c]" },
  options: [],
  shape: (tensors) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    return x.shape.length === 3 ? ok(x, x.shape.slice(2)) : mismatch("an image f32[height, width, channels]", x, x.shape.length === 2 ? "Use `mean(axis: 0)` for a sequence." : imageFix(x.shape));
  },
  weights: () => [],
  flops: (tensors) => elements(tensor(tensors, 0).shape),
};
