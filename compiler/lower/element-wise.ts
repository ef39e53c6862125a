// Functions of one tensor, numbers, and operators with broadcasting.

import { broadcast } from "../ir/value-types.js";
import type { OpKind } from "../ir/ops.js";
import type { Lowering, LoweringRule } from "./lowering.js";

/** A function of one tensor without options. */
export function lowerFunction(kind: OpKind): LoweringRule {
  return (application) => application.add(kind, [application.operand(0)]);
}

/** A function that is infinite, or has an infinite slope, at the 0 of padding or at numbers that a layer may make of it. */
export function lowerSteepFunction(kind: OpKind): LoweringRule {
  return (application) => application.add(kind, [withoutZeros(application, 0)]);
}

/** A tensor of the call with 1 in the place of padding, where it has some. */
function withoutZeros(application: Lowering, index: number): number {
  const [lengths] = application.lengthsOf(index);
  return lengths === undefined ? application.operand(index) : application.add("ones_for_padding", [application.operand(index), lengths]);
}

export const lowerLeakyRelu: LoweringRule = (application) => application.add("leaky_relu", [application.operand(0)], { slope: application.number("slope") });

export const lowerConstant: LoweringRule = (application) => application.add("constant", [], { value: application.number("value") });

/**
 * An operator. Shapes of examples are aligned at the right, so axes that an operand lacks belong after its batch: a batched operand
 * of lower rank is reshaped to have them. What has no batch is aligned at the right by the op itself.
 * A number beside an integer tensor takes its dtype. Padding is no divisor and no base.
 */
export function lowerOperator(kind: "add" | "sub" | "mul" | "div" | "pow"): LoweringRule {
  const steep = kind === "div" ? 1 : kind === "pow" ? 0 : null;
  return (application) => {
    const operands = [0, 1].map((index) => (index === steep ? withoutZeros(application, index) : application.operand(index)));
    const types = operands.map((operand) => application.typeOf(operand));
    const rank = broadcast(types[0]?.shape ?? [], types[1]?.shape ?? [])?.length ?? 0;
    const dtype = types.some((type) => type.dtype === "i32") ? "i32" : "f32";
    const aligned = operands.map((operand) => {
      const type = application.typeOf(operand);
      const typed = type.dtype === dtype ? operand : application.add("cast", [operand], { dtype });
      if (!type.batched || type.shape.length === rank) return typed;
      return application.add("reshape", [typed], { shape: [...Array<number>(rank - type.shape.length).fill(1), ...type.shape] });
    });
    return application.add(kind, aligned);
  };
}
