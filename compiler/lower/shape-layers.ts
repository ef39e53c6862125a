// flatten, reshape, concat, one_hot, cast and mean. Axes that count from the end become axes that count from the start.

import { elementCount } from "../ir/value-types.js";
import { perExample } from "./batch.js";
import type { LoweringRule } from "./lowering.js";

export const lowerFlatten: LoweringRule = (application) => {
  const x = application.operand(0);
  return application.add("reshape", [x], { shape: [elementCount(application.typeOf(x).shape)] });
};

export const lowerReshape: LoweringRule = (application) => application.add("reshape", [application.operand(0)], { shape: application.numbers("shape") });

/** A number per example counts as a vector of one. */
export const lowerConcat: LoweringRule = (application) => {
  const vectors = application.operands.map((operand) => (application.typeOf(operand).shape.length === 0 ? application.add("reshape", [operand], { shape: [1] }) : operand));
  const [first] = vectors;
  const rank = first === undefined ? 0 : application.typeOf(first).shape.length;
  return application.add("concat", perExample(application, vectors), { axis: fromStart(application.number("axis"), rank) });
};

export const lowerOneHot: LoweringRule = (application) => application.add("one_hot", [application.operand(0)], { depth: application.number("depth") });

export const lowerCast: LoweringRule = (application) => application.add("cast", [application.operand(0)], { dtype: application.word("dtype") });

/** No axes given: all of them. */
export const lowerMean: LoweringRule = (application) => {
  const x = application.operand(0);
  const rank = application.typeOf(x).shape.length;
  const given = application.numbers("axis");
  const axes = given.length === 0 ? [...Array(rank).keys()] : given.map((axis) => fromStart(axis, rank)).sort((a, b) => a - b);
  return application.add("mean", [x, ...(axes.includes(0) ? application.lengthsOf(0) : [])], { axes });
};

function fromStart(axis: number, rank: number): number {
  return axis < 0 ? rank + axis : axis;
}
