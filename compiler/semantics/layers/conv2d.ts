// conv2d: filters over an image [height, width, channels].

import { initialValue, initializer } from "../initializers.js";
import type { LayerSignature } from "./layer.js";
import { elements, lastSize, mismatch, imageFix, notFloat, numberOption, numbersOption, ok, tensor } from "./shape-rules.js";
import { paddingOption, windows, windowSizes } from "./window.js";

/** A convolution (cross-correlation) over height and width: [h, w, in] to [h', w', filters]. */
export const conv2d: LayerSignature = {
  doc: "Filters moved over an image [height, width, channels]: a cross-correlation, and a bias for each filter.",
  tensors: ["x"],
  rule: { takes: ["f32[h, w, c]"], gives: "f32[h', w', filters]", where: windowSizes("kernel") },
  options: [
    { name: "filters", doc: "Number of filters: the result's channels.", type: { kind: "int", min: 1 } },
    { name: "kernel", doc: "Height and width of a filter; one number for both.", type: { kind: "ints", count: 2, one: true, min: 1 } },
    { name: "stride", doc: "Steps between windows, down and across; one number for both.", type: { kind: "ints", count: 2, one: true, min: 1 }, default: [1, 1] },
    paddingOption("same"),
    { name: "dilation", doc: "Steps between the points of a filter; above 1 only where the stride is 1.", type: { kind: "ints", count: 2, one: true, min: 1 }, default: [1, 1] },
    { name: "groups", doc: "Groups of channels that do not mix.", type: { kind: "int", min: 1 }, default: 1 },
    { name: "bias", doc: "Add a bias per filter.", type: { kind: "boolean" }, default: true },
    { name: "init", doc: "Initial value of the filters.", type: initializer, default: { call: "he_normal", options: {} } },
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    const [height, width, channels] = x.shape;
    if (height === undefined || width === undefined || channels === undefined || x.shape.length !== 3)
      return mismatch("an image f32[height, width, channels]", x, imageFix(x.shape));
    const groups = numberOption(options, "groups");
    const filters = numberOption(options, "filters");
    if (channels % groups !== 0 || filters % groups !== 0)
      return mismatch(`channels and filters that ${groups} groups divide`, `${channels} channels and ${filters} filters`);
    const [kh = 1, kw = 1] = numbersOption(options, "kernel");
    const [sh = 1, sw = 1] = numbersOption(options, "stride");
    const [dh = 1, dw = 1] = numbersOption(options, "dilation");
    if ((sh > 1 || sw > 1) && (dh > 1 || dw > 1)) return mismatch("a stride of 1 where the dilation is above 1", `stride ${sh} and dilation ${dh}`);
    const padding = String(options["padding"]);
    const h = windows(height, kh, sh, dh, padding);
    const w = windows(width, kw, sw, dw, padding);
    if (h < 1 || w < 1) return mismatch(`an image of at least ${(kh - 1) * dh + 1} by ${(kw - 1) * dw + 1}`, x, "Make the kernel smaller, or write `padding: same`.");
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
