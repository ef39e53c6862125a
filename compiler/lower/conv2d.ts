// Convolutions: filters over images and sequences, the way back of one, and a bias for each channel of the result.

import type { Attribute } from "../ir/module.js";
import type { OpKind } from "../ir/ops.js";
import type { Lowering, LoweringRule } from "./lowering.js";

export const lowerConv2d: LoweringRule = (application) =>
  convolved(application, "conv2d", {
    stride: application.numbers("stride"),
    padding: application.word("padding"),
    dilation: application.numbers("dilation"),
    groups: application.number("groups"),
  });

export const lowerConv1d: LoweringRule = (application) =>
  convolved(application, "conv1d", {
    stride: [application.number("stride")],
    padding: application.word("padding"),
    dilation: [application.number("dilation")],
    groups: application.number("groups"),
  });

export const lowerDepthwiseConv2d: LoweringRule = (application) =>
  convolved(application, "depthwise_conv2d", {
    stride: application.numbers("stride"),
    padding: application.word("padding"),
    dilation: application.numbers("dilation"),
  });

export const lowerConv2dTranspose: LoweringRule = (application) =>
  convolved(application, "conv2d_transpose", { stride: application.numbers("stride"), padding: application.word("padding") });

function convolved(application: Lowering, kind: OpKind, attributes: Readonly<Record<string, Attribute>>): number {
  const filtered = application.add(kind, [application.operand(0), application.weight("kernel")], attributes);
  return application.hasWeight("bias") ? application.add("add", [filtered, application.weight("bias")]) : filtered;
}
