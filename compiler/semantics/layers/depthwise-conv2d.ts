// depthwise_conv2d: each channel of an image has filters of its own, which see nothing else.

import { initialValue } from "../initializers.js";
import { areSizes, dilationMismatch, imageSizes, plane, reach, weightOptions } from "./convolution.js";
import type { LayerSignature } from "./layer.js";
import { elements, lastSize, mismatch, numberOption, numbersOption, ok, tensor } from "./shape-rules.js";
import { paddingOption, windows, windowSizes } from "./window.js";

/** [h, w, c] to [h', w', c * multiplier]; the results of a channel stand side by side, in the order of the channels. */
export const depthwiseConv2d: LayerSignature = {
  doc: "A convolution of each channel by itself, with `multiplier` filters of its own; the results of a channel stand side by side. `conv2d` with `kernel: 1` behind it mixes the channels.",
  tensors: ["x"],
  rule: { takes: ["f32[h, w, c]"], gives: "f32[h', w', c']", where: `${windowSizes("kernel")}; c' is c * multiplier, as is the last size of the kernel` },
  options: [
    plane("kernel", "Height and width of a filter"),
    { name: "multiplier", doc: "Filters of each channel.", type: { kind: "int", min: 1 }, default: 1 },
    plane("stride", "Steps between windows, down and across", [1, 1]),
    paddingOption("same"),
    plane("dilation", "Steps between the points of a filter; above 1 only where the stride is 1", [1, 1]),
    ...weightOptions("channel"),
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const sizes = imageSizes(x);
    if (!areSizes(sizes)) return sizes;
    const [height, width, channels] = sizes;
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const [sh = 1, sw = 1] = numbersOption(options, "stride");
    const [dh = 1, dw = 1] = numbersOption(options, "dilation");
    const odd = dilationMismatch([sh, sw], [dh, dw]);
    if (odd !== null) return odd;
    const padding = String(options["padding"]);
    const h = windows(height, kh, sh, dh, padding);
    const w = windows(width, kw, sw, dw, padding);
    if (h < 1 || w < 1) return mismatch(`an image of at least ${reach(kh, dh)} by ${reach(kw, dw)}`, x, "Make the kernel smaller, or write `padding: same`.");
    return ok(x, [h, w, channels * numberOption(options, "multiplier")]);
  },
  weights: (tensors, options) => {
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const multiplier = numberOption(options, "multiplier");
    const outputs = lastSize(tensor(tensors, 0)) * multiplier;
    return [
      { name: "kernel", role: "kernel", shape: [kh, kw, outputs], axes: ["fixed", "fixed", "feature"], init: initialValue(options["init"], kh * kw, kh * kw * multiplier) },
      ...(options["bias"] === true ? [{ name: "bias", role: "bias", shape: [outputs], axes: ["feature"], init: { kind: "zeros" } } as const] : []),
    ];
  },
  flops: (_tensors, options, result) => {
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    return elements(result.shape) * (2 * kh * kw + (options["bias"] === true ? 1 : 0));
  },
};
