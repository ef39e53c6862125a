// learned_positions, rotary, relative_bias: one op each.

import type { LoweringRule } from "./lowering.js";

export const lowerLearnedPositions: LoweringRule = (application) => application.add("learned_positions", [application.operand(0), application.weight("table")]);

/** The op knows heads as an axis. */
export const lowerRotary: LoweringRule = (application) => {
  const x = application.operand(0);
  const [positions = 1, d = 1] = application.typeOf(x).shape;
  const heads = application.number("heads");
  const apart = application.add("reshape", [x], { shape: [positions, heads, d / heads] });
  return application.add("reshape", [application.add("rotary", [apart], { base: application.number("base") })], { shape: [positions, d] });
};

export const lowerRelativeBias: LoweringRule = (application) =>
  application.add("relative_bias", [application.weight("table")], { length: application.number("length"), causal: application.flag("causal"), max_distance: application.number("max_distance") });
