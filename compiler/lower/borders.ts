// pad and resize: what is written short becomes one number for each axis.

import { resized } from "../semantics/layers/resize.js";
import type { LoweringRule } from "./lowering.js";

export const lowerPad: LoweringRule = (application) => {
  const x = application.operand(0);
  const all = (name: string): readonly number[] => application.typeOf(x).shape.map((_, axis) => application.numbers(name)[axis] ?? 0);
  return application.add("pad", [x], { before: all("before"), after: all("after"), value: application.number("value") });
};

export const lowerResize: LoweringRule = (application) => {
  const x = application.operand(0);
  const [height = 1, width = 1] = application.typeOf(x).shape;
  return application.add("resize", [x], { size: resized(height, width, application.given), method: application.word("method") });
};
