// The provider `webgpu` of version 1.30 for a model: what it claims and then refuses to run or computes wrongly goes to the CPU, as what it has
// no kernel for does by itself. Found with TensorFlow.js's suite and the kernels' tests; tests/onnx/webgpu.test.ts tries it again.

import type { Model, ModelNode } from "./model.js";

/**
 * The entry of `executionProviders`. The layout is that of the model: with the other one, [n, h, w, c], a convolution whose filter is as large as
 * its image leaves out the padding at the ends.
 */
export function webGpuProvider(model: Model): object {
  const names = model.nodes.filter((node) => isLeftToCpu(node, model)).map(({ name }) => name);
  // An empty list is refused.
  return { name: "webgpu", preferredLayout: "NCHW", enableRobustness: true, ...(names.length === 0 ? {} : { forceCpuNodeNames: names }) };
}

function isLeftToCpu({ op, inputs, outputs, attributes }: ModelNode, { constants }: Model): boolean {
  switch (op) {
    // "The Indices output is not supported yet."
    case "MaxPool":
      return outputs.length > 1;
    // "Only Conv2d or Conv1d are supported."
    case "ConvTranspose":
      return lengthOf(attributes["kernel_shape"]) > 2;
    // Steps back give numbers of other places.
    case "Slice":
      return isNegative(constants.find(({ name }) => name === inputs[4])?.bytes);
    // What adds up numbers at the same place does so in any order: two runs would differ in their last bits.
    case "ScatterElements":
    case "ScatterND":
      return "reduction" in attributes;
    // Infinities come out finite.
    case "TopK":
      return true;
    default:
      return false;
  }
}

function lengthOf(attribute: unknown): number {
  return Array.isArray(attribute) ? attribute.length : 0;
}

/** Is one of these int64 negative? */
function isNegative(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && new BigInt64Array(bytes.slice().buffer).some((value) => value < 0n);
}
