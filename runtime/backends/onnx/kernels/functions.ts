// Functions of one number beyond those of elementwise.ts: inverse trigonometric and hyperbolic ones, exp(x) - 1, log(1 + x), selu, prelu; and
// the angle of a point. In float64: the engine's own are up to four units in the last place off, and not the same ones everywhere.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { inFloat64 } from "./float64.js";
import { binary, floats, inLayout, unary } from "./pointwise.js";

const half = (to: Emitter, x: string): string => to.op("Mul", [to.double(0.5), x]);
const squared = (to: Emitter, x: string): string => to.op("Mul", [x, x]);

/** f in float64; x itself where it is so small that f(x) rounds to x. */
const nearZeroItself = (kernel: string, compute: (to: Emitter, x: string) => string): KernelDefinition =>
  unary(kernel, floats, (to, x) => inFloat64(to, [x], ([wide = ""]) => to.op("Where", [to.op("Less", [to.op("Abs", [wide]), to.double(1e-8)]), wide, compute(to, wide)])));

/** The angle in [0, pi/4] whose tangent is in [0, 1]: the engine's, and one step of Newton's method. */
function smallAngle(to: Emitter, tangent: string): string {
  const near = to.cast(to.op("Atan", [to.cast(tangent, "float32")]), "float64");
  const [sine, cosine] = [to.op("Sin", [near]), to.op("Cos", [near])];
  return to.op("Sub", [near, to.op("Mul", [to.op("Sub", [sine, to.op("Mul", [tangent, cosine])]), cosine])]);
}

/** Is it negative, -0 included? */
function isNegative(to: Emitter, x: string): string {
  return to.op("Or", [to.op("Less", [x, to.double(0)]), to.op("Less", [to.op("Reciprocal", [x]), to.double(0)])]);
}

/** The angle of (x, y) against the first axis, as in IEEE 754 also for zeros and infinities. */
function angle(to: Emitter, y: string, x: string): string {
  const [height, width] = [to.op("Abs", [y]), to.op("Abs", [x])];
  const [less, more] = [to.op("Min", [height, width]), to.op("Max", [height, width])];
  const ratio = to.op("Where", [to.op("Equal", [more, to.double(0)]), to.double(0), to.op("Where", [to.op("IsInf", [less]), to.double(1), to.op("Div", [less, more])])]);
  const octant = smallAngle(to, ratio);
  const quadrant = to.op("Where", [to.op("Greater", [height, width]), to.op("Sub", [to.double(Math.PI / 2), octant]), octant]);
  const upper = to.op("Where", [isNegative(to, x), to.op("Sub", [to.double(Math.PI), quadrant]), quadrant]);
  return to.op("Where", [isNegative(to, y), to.op("Neg", [upper]), upper]);
}

export const functions: readonly KernelDefinition[] = [
  unary(tf.Acosh, floats, (to, x) => inFloat64(to, [x], ([wide = ""]) => to.op("Log", [to.op("Add", [wide, to.op("Mul", [to.op("Sqrt", [to.op("Sub", [wide, to.double(1)])]), to.op("Sqrt", [to.op("Add", [wide, to.double(1)])])])])]))),
  // By its magnitude: below 0 the logarithm's argument would be a small difference.
  nearZeroItself(tf.Asinh, (to, x) => {
    const size = to.op("Abs", [x]);
    return to.op("Mul", [to.op("Sign", [x]), to.op("Log", [to.op("Add", [size, to.op("Sqrt", [to.op("Add", [squared(to, x), to.double(1)])])])])]);
  }),
  unary(tf.Cosh, floats, (to, x) => inFloat64(to, [x], ([wide = ""]) => half(to, to.op("Add", [to.op("Exp", [wide]), to.op("Exp", [to.op("Neg", [wide])])])))),
  unary(tf.Atan, floats, (to, x) => inFloat64(to, [x], ([wide = ""]) => angle(to, wide, to.double(1)))),
  unary(tf.Asin, floats, (to, x) =>
    inFloat64(to, [x, to.op("Asin", [x])], ([sine = "", near = ""]) => to.op("Sub", [near, to.op("Div", [to.op("Sub", [to.op("Sin", [near]), sine]), to.op("Cos", [near])])])),
  ),
  unary(tf.Acos, floats, (to, x) =>
    inFloat64(to, [x, to.op("Acos", [x])], ([cosine = "", near = ""]) => {
      const better = to.op("Add", [near, to.op("Div", [to.op("Sub", [to.op("Cos", [near]), cosine]), to.op("Sin", [near])])]);
      return to.op("Where", [to.op("Equal", [to.op("Abs", [cosine]), to.double(1)]), near, better]);
    }),
  ),
  nearZeroItself(tf.Atanh, (to, x) => half(to, to.op("Log", [to.op("Div", [to.op("Add", [to.double(1), x]), to.op("Sub", [to.double(1), x])])]))),
  nearZeroItself(tf.Sinh, (to, x) => half(to, to.op("Sub", [to.op("Exp", [x]), to.op("Exp", [to.op("Neg", [x])])]))),
  nearZeroItself(tf.Expm1, (to, x) => to.op("Sub", [to.op("Exp", [x]), to.double(1)])),
  nearZeroItself(tf.Log1p, (to, x) => to.op("Log", [to.op("Add", [x, to.double(1)])])),
  // Below 0, exp(x) - 1 as 2 t / (1 - t) with t = tanh(x / 2), which is exact near 0 too and needs no float64.
  unary(tf.Selu, floats, (to, x) => {
    const tangent = to.op("Tanh", [to.op("Mul", [to.op("Min", [x, to.float(0)]), to.float(0.5)])]);
    const below = to.op("Div", [to.op("Mul", [tangent, to.float(2 * tf.backend_util.SELU_SCALEALPHA)]), to.op("Sub", [to.float(1), tangent])]);
    return to.op("Add", [to.op("Mul", [to.op("Relu", [x]), to.float(tf.backend_util.SELU_SCALE)]), below]);
  }),
  binary(tf.Atan2, floats, (to, a, b) => inFloat64(to, [a, b], ([y = "", x = ""]) => angle(to, y, x))),
  {
    kernel: tf.Prelu,
    broadcasts: true,
    plan: (call) => {
      const [x, alpha] = [call.input("x"), call.input("alpha")];
      const shape = tf.backend_util.assertAndGetBroadcastShape([...x.shape], [...alpha.shape]);
      return x.value.dtype !== "float32" || alpha.value.dtype !== "float32" ? null : { inputs: [x, alpha], outputs: [{ shape, dtype: "float32" }] };
    },
    // The engine's own PRelu would multiply a zero by alpha, which may be infinite.
    emit: (to, inputs, _params, [output]) => inLayout(to, inputs, output?.shape ?? [], ([x = "", alpha = ""]) => to.op("Where", [to.op("Less", [x, to.float(0)]), to.op("Mul", [x, alpha]), x])),
  },
];
