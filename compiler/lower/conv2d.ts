// conv2d: filters over images and a bias per filter.

import type { LoweringRule } from "./lowering.js";

export const lowerConv2d: LoweringRule = (application) => {
  const filtered = application.add("conv2d", [application.operand(0), application.weight("kernel")], {
    stride: application.numbers("stride"),
    padding: application.word("padding"),
    dilation: application.numbers("dilation"),
    groups: application.number("groups"),
  });
  return application.hasWeight("bias") ? application.add("add", [filtered, application.weight("bias")]) : filtered;
};
