// conv2d_transpose: from each point of an image a patch of a larger one; patches that overlap add up.

import { initialValue } from "../initializers.js";
import { areSizes, imageSizes, plane, weightOptions } from "./convolution.js";
import type { LayerSignature } from "./layer.js";
import { elements, lastSize, numberOption, numbersOption, ok, tensor } from "./shape-rules.js";
import { paddingOption } from "./window.js";

/** The transpose of the linear map of a convolution that goes the other way: [h, w, in] to [h', w', filters]. */
export const conv2dTranspose: LayerSignature = {
  doc: "The way back of a convolution: each point adds a patch of the size of the kernel to a larger image, `stride` steps from its neighbor's, and a bias for each filter.",
  tensors: ["x"],
  rule: {
    takes: ["f32[h, w, c]"],
    gives: "f32[h', w', filters]",
    where: "h' is h * stride with `padding: same`, which cuts off the border of kernel - stride, half of it on each side and the odd one at the end; (h - 1) * stride + kernel with `padding: valid`; w' likewise",
  },
  options: [
    { name: "filters", doc: "Number of filters: the result's channels.", type: { kind: "int", min: 1 } },
    plane("kernel", "Height and width of a patch"),
    plane("stride", "Steps between patches, down and across", [1, 1]),
    { ...paddingOption("same"), doc: "`same`: `stride` times as large, what lies beyond is cut off; `valid`: every patch whole." },
    ...weightOptions("filter"),
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const sizes = imageSizes(x);
    if (!areSizes(sizes)) return sizes;
    const [height, width] = sizes;
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const [sh = 1, sw = 1] = numbersOption(options, "stride");
    const size = (n: number, kernel: number, stride: number): number => (options["padding"] === "same" ? n * stride : (n - 1) * stride + kernel);
    return ok(x, [size(height, kh, sh), size(width, kw, sw), numberOption(options, "filters")]);
  },
  weights: (tensors, options) => {
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const [sh = 1, sw = 1] = numbersOption(options, "stride");
    const inputs = lastSize(tensor(tensors, 0));
    const filters = numberOption(options, "filters");
    // A point of the result lies in so many patches, on average.
    const overlap = Math.max(1, Math.round((kh * kw) / (sh * sw)));
    return [
      { name: "kernel", role: "kernel", shape: [kh, kw, inputs, filters], axes: ["fixed", "fixed", "feature", "feature"], init: initialValue(options["init"], overlap * inputs, kh * kw * filters) },
      ...(options["bias"] === true ? [{ name: "bias", role: "bias", shape: [filters], axes: ["feature"], init: { kind: "zeros" } } as const] : []),
    ];
  },
  flops: (tensors, options, result) => {
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    return elements(tensor(tensors, 0).shape) * 2 * kh * kw * numberOption(options, "filters") + (options["bias"] === true ? elements(result.shape) : 0);
  },
};
