// transpose, slice, first and last. Axes and starts that count from the end become ones that count from the start.

import { transposedAxes } from "../semantics/layers/axes.js";
import type { Lowering, LoweringRule } from "./lowering.js";

export const lowerTranspose: LoweringRule = (application) => {
  const x = application.operand(0);
  return application.add("transpose", [x], { axes: transposedAxes(application.numbers("axes"), application.typeOf(x).shape.length) });
};

export const lowerSlice: LoweringRule = (application) => {
  const { shape } = application.typeOf(application.operand(0));
  const axis = fromStart(application.number("axis"), shape.length);
  return application.add("slice", [application.operand(0)], { axis, start: fromStart(application.number("start"), shape[axis] ?? 0), length: application.number("size") });
};

export const lowerFirst: LoweringRule = (application) => lowerStep(application, 0);

export const lowerLast: LoweringRule = (application) => {
  const [lengths] = application.lengthsOf(0);
  if (lengths !== undefined) return application.add("last", [application.operand(0), lengths]);
  return lowerStep(application, (application.typeOf(application.operand(0)).shape[0] ?? 1) - 1);
};

/** One position along the first axis, which goes. */
function lowerStep(application: Lowering, start: number): number {
  const x = application.operand(0);
  const one = application.add("slice", [x], { axis: 0, start, length: 1 });
  return application.add("reshape", [one], { shape: application.typeOf(x).shape.slice(1) });
}

function fromStart(index: number, length: number): number {
  return index < 0 ? length + index : index;
}
