// Division without rest and its rest, and bits. The engine's integer division ends the process at a zero or an overflow; in float64, which
// holds every int32, it gives what JavaScript gives.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { asInt32 } from "./float64.js";
import { binary, numbers } from "./pointwise.js";

/** The rest of a / b with the sign of b, in float64. */
function modulo(to: Emitter, a: string, b: string): string {
  const rest = (x: string): string => to.op("Mod", [x, b], { fmod: 1 });
  const isBelow = (x: string): string => to.op("Less", [x, to.double(0)]);
  const isFrom = (x: string): string => to.op("GreaterOrEqual", [x, to.double(0)]);
  const first = rest(a);
  const isSameSide = to.op("Or", [to.op("And", [isBelow(a), isBelow(b)]), to.op("And", [isFrom(a), isFrom(b)])]);
  return to.op("Where", [isSameSide, first, rest(to.op("Add", [first, b]))]);
}

export const integers: readonly KernelDefinition[] = [
  binary(tf.FloorDiv, numbers, (to, a, b) => asInt32(to, to.op("Floor", [to.op("Div", [to.cast(a, "float64"), to.cast(b, "float64")])])), "int32"),
  binary(tf.Mod, numbers, (to, a, b, { dtype }) => {
    const rest = modulo(to, to.cast(a, "float64"), to.cast(b, "float64"));
    return dtype === "int32" ? asInt32(to, rest) : to.cast(rest, "float32");
  }),
  binary(tf.BitwiseAnd, ["int32"], (to, a, b) => to.op("BitwiseAnd", [a, b])),
];
