// conv2d: filters over an image [height, width, channels].

import { initialValue } from "../initializers.js";
import { areSizes, dilationMismatch, groupMismatch, imageSizes, plane, reach, weightOptions } from "./convolution.js";
import type { LayerSignature } from "./layer.js";
import { elements, lastSize, mismatch, numberOption, numbersOption, ok, tensor } from "./shape-rules.js";
import { paddingOption, windows, windowSizes } from "./window.js";

/** A convolution (cross-correlation) over height and width: [h, w, in] to [h', w', filters]. */
export const conv2d: LayerSignature = {
  doc: "Filters moved over an image [height, width, channels]: a cross-correlation, and a bias for each filter.",
  tensors: ["x"],
  rule: { takes: ["f32[h, w, c]"], gives: "f32[h', w', filters]", where: windowSizes("kernel") },
  options: [
    { name: "filters", doc: "Number of filters: the result's channels.", type: { kind: "int", min: 1 } },
    plane("kernel", "Height and width of a filter"),
    plane("stride", "Steps between windows, down and across", [1, 1]),
    paddingOption("same"),
    plane("dilation", "Steps between the points of a filter; above 1 only where the stride is 1", [1, 1]),
    { name: "groups", doc: "Runs of channels that do not mix: each has `filters / groups` filters, which see its channels alone.", type: { kind: "int", min: 1 }, default: 1 },
    ...weightOptions("filter"),
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const sizes = imageSizes(x);
    if (!areSizes(sizes)) return sizes;
    const [height, width, channels] = sizes;
    const filters = numberOption(options, "filters");
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const [sh = 1, sw = 1] = numbersOption(options, "stride");
    const [dh = 1, dw = 1] = numbersOption(options, "dilation");
    const odd = groupMismatch(channels, filters, numberOption(options, "groups")) ?? dilationMismatch([sh, sw], [dh, dw]);
    if (odd !== null) return odd;
    const padding = String(options["padding"]);
    const h = windows(height, kh, sh, dh, padding);
    const w = windows(width, kw, sw, dw, padding);
    if (h < 1 || w < 1) return mismatch(`an image of at least ${reach(kh, dh)} by ${reach(kw, dw)}`, x, "Make the kernel smaller, or write `padding: same`.");
    return ok(x, [h, w, filters]);
  },
  weights: (tensors, options) => {
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const groups = Math.max(1, numberOption(options, "groups"));
    const inputs = lastSize(tensor(tensors, 0)) / groups;
    const filters = numberOption(options, "filters");
    return [
      {
        name: "kernel",
        role: "kernel",
        shape: [kh, kw, inputs, filters],
        axes: ["fixed", "fixed", "feature", "feature"],
        init: initialValue(options["init"], kh * kw * inputs, (kh * kw * filters) / groups),
      },
      ...(options["bias"] === true ? [{ name: "bias", role: "bias", shape: [filters], axes: ["feature"], init: { kind: "zeros" } } as const] : []),
    ];
  },
  flops: (tensors, options, result) => {
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const inputs = lastSize(tensor(tensors, 0)) / Math.max(1, numberOption(options, "groups"));
    return elements(result.shape) * (2 * kh * kw * inputs + (options["bias"] === true ? 1 : 0));
  },
};
