// Values that are the same for each example, beside values that are not.

import type { Lowering } from "./lowering.js";

/** The operands with a batch each, if one of them has one: what has none stands once for each example. */
export function perExample(application: Lowering, operands: readonly number[]): readonly number[] {
  const like = operands.find((operand) => application.typeOf(operand).batched);
  if (like === undefined) return operands;
  return operands.map((operand) => (application.typeOf(operand).batched ? operand : application.add("per_example", [operand, like])));
}
