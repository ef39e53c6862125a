// conv1d: filters over a sequence [positions, channels].

import { initialValue } from "../initializers.js";
import { dilationMismatch, groupMismatch, reach, weightOptions } from "./convolution.js";
import type { LayerSignature } from "./layer.js";
import { elements, lastSize, mismatch, notFloat, numberOption, ok, sequenceFix, tensor } from "./shape-rules.js";
import { paddingOption, windows } from "./window.js";

/** A convolution (cross-correlation) along the positions of a sequence: [t, in] to [t', filters]. */
export const conv1d: LayerSignature = {
  doc: "Filters moved along a sequence [positions, channels]: a cross-correlation, and a bias for each filter.",
  tensors: ["x"],
  rule: { takes: ["f32[t, c]"], gives: "f32[t', filters]", where: "t' is ceil(t / stride) with `padding: same`, floor((t - (kernel - 1) * dilation - 1) / stride) + 1 with `padding: valid`" },
  options: [
    { name: "filters", doc: "Number of filters: the result's channels.", type: { kind: "int", min: 1 } },
    { name: "kernel", doc: "Positions that a filter sees.", type: { kind: "int", min: 1 } },
    { name: "stride", doc: "Steps between windows.", type: { kind: "int", min: 1 }, default: 1 },
    paddingOption("same"),
    { name: "dilation", doc: "Steps between the points of a filter; above 1 only where the stride is 1.", type: { kind: "int", min: 1 }, default: 1 },
    { name: "groups", doc: "Runs of channels that do not mix: each has `filters / groups` filters, which see its channels alone.", type: { kind: "int", min: 1 }, default: 1 },
    ...weightOptions("filter"),
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    const [length, channels] = x.shape;
    if (length === undefined || channels === undefined || x.shape.length !== 2) return mismatch("a sequence f32[positions, channels]", x, positionsFix(x.shape));
    const filters = numberOption(options, "filters");
    const [kernel, stride, dilation] = [numberOption(options, "kernel"), numberOption(options, "stride"), numberOption(options, "dilation")];
    const odd = groupMismatch(channels, filters, numberOption(options, "groups")) ?? dilationMismatch([stride], [dilation]);
    if (odd !== null) return odd;
    const t = windows(length, kernel, stride, dilation, String(options["padding"]));
    if (t < 1) return mismatch(`a sequence of at least ${reach(kernel, dilation)} positions`, x, "Make the kernel smaller, or write `padding: same`.");
    return ok(x, [t, filters]);
  },
  weights: (tensors, options) => {
    const kernel = numberOption(options, "kernel");
    const groups = Math.max(1, numberOption(options, "groups"));
    const inputs = lastSize(tensor(tensors, 0)) / groups;
    const filters = numberOption(options, "filters");
    return [
      { name: "kernel", role: "kernel", shape: [kernel, inputs, filters], axes: ["fixed", "feature", "feature"], init: initialValue(options["init"], kernel * inputs, (kernel * filters) / groups) },
      ...(options["bias"] === true ? [{ name: "bias", role: "bias", shape: [filters], axes: ["feature"], init: { kind: "zeros" } } as const] : []),
    ];
  },
  flops: (tensors, options, result) => {
    const inputs = lastSize(tensor(tensors, 0)) / Math.max(1, numberOption(options, "groups"));
    return elements(result.shape) * (2 * numberOption(options, "kernel") * inputs + (options["bias"] === true ? 1 : 0));
  },
};

function positionsFix(shape: readonly number[]): string {
  if (shape.length === 1) return `Give it an axis of channels, with \`reshape([${shape[0] ?? 1}, 1])\`.`;
  return shape.length === 3 ? "Use `conv2d` for an image." : sequenceFix(shape);
}
