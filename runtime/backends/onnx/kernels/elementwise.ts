// Element-wise kernels.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { elementTypes } from "../model.js";
import { broadcast, isSameShape } from "../value.js";
import { inFloat64 } from "./float64.js";
import { binary, booleans, dtypeOf, floats, inLayout, numbers, unary } from "./pointwise.js";

const all = ["float32", "int32", "bool"];
/** A kernel that is one op of ONNX. */
const same = (kernel: string, op: string, types = floats): KernelDefinition => unary(kernel, types, (to, x) => to.op(op, [x]));
const pair = (kernel: string, op: string, types = numbers): KernelDefinition => binary(kernel, types, (to, a, b) => to.op(op, [a, b]));
const compare = (kernel: string, op: string, types = numbers): KernelDefinition => binary(kernel, types, (to, a, b) => to.op(op, [a, b]), "bool");

/** The larger or smaller of two; NaN if one is. */
const extreme = (kernel: string, op: string): KernelDefinition => pair(kernel, op, numbers);

export const elementwise: readonly KernelDefinition[] = [
  pair(tf.Add, "Add"),
  pair(tf.Sub, "Sub"),
  binary(tf.Multiply, numbers, (to, a, b) => to.op("Mul", [a, b])),
  pair(tf.RealDiv, "Div", floats),
  extreme(tf.Maximum, "Max"),
  extreme(tf.Minimum, "Min"),
  pair(tf.Pow, "Pow", floats),
  binary(tf.SquaredDifference, numbers, (to, a, b) => {
    const difference = to.op("Sub", [a, b]);
    return to.op("Mul", [difference, difference]);
  }),
  compare(tf.Greater, "Greater"),
  compare(tf.GreaterEqual, "GreaterOrEqual"),
  compare(tf.Less, "Less"),
  compare(tf.LessEqual, "LessOrEqual"),
  compare(tf.Equal, "Equal", all),
  binary(tf.NotEqual, all, (to, a, b) => to.op("Not", [to.op("Equal", [a, b])]), "bool"),
  compare(tf.LogicalAnd, "And", booleans),
  compare(tf.LogicalOr, "Or", booleans),
  unary(tf.LogicalNot, booleans, (to, x) => to.op("Not", [x])),
  same(tf.Exp, "Exp"),
  // The engine's own rounds some numbers otherwise, by where a thread's share begins and ends. So do its Elu and its Softplus.
  unary(tf.Log, floats, (to, x) => inFloat64(to, [x], ([whole = ""]) => to.op("Log", [whole]))),
  same(tf.Sqrt, "Sqrt"),
  unary(tf.Rsqrt, floats, (to, x) => to.op("Div", [to.float(1), to.op("Sqrt", [x])])),
  unary(tf.Reciprocal, floats, (to, x) => to.op("Div", [to.float(1), x])),
  unary(tf.Square, numbers, (to, x) => to.op("Mul", [x, x])),
  same(tf.Neg, "Neg", numbers),
  same(tf.Abs, "Abs", numbers),
  same(tf.Relu, "Relu"),
  unary(tf.Relu6, floats, (to, x) => to.op("Clip", [x, to.float(0), to.float(6)])),
  same(tf.Sigmoid, "Sigmoid"),
  same(tf.Tanh, "Tanh"),
  unary(tf.Elu, floats, (to, x) => to.op("Add", [to.op("Relu", [x]), to.op("Sub", [to.op("Exp", [to.op("Min", [x, to.float(0)])]), to.float(1)])])),
  // max(x, 0) + log(1 + exp(-|x|)).
  unary(tf.Softplus, floats, (to, x) => to.op("Add", [to.op("Relu", [x]), inFloat64(to, [to.op("Exp", [to.op("Neg", [to.op("Abs", [x])])])], ([share = ""]) => to.op("Log", [to.op("Add", [share, to.double(1)])]))])),
  same(tf.Erf, "Erf"),
  same(tf.Sin, "Sin"),
  same(tf.Cos, "Cos"),
  same(tf.Tan, "Tan"),
  same(tf.Floor, "Floor"),
  same(tf.Ceil, "Ceil"),
  same(tf.Round, "Round"),
  unary(tf.IsNan, floats, (to, x) => to.op("IsNaN", [x]), { result: "bool" }),
  unary(tf.IsInf, floats, (to, x) => to.op("IsInf", [x]), { result: "bool" }),
  unary(tf.IsFinite, floats, (to, x) => to.op("Not", [to.op("Or", [to.op("IsNaN", [x]), to.op("IsInf", [x])])]), { result: "bool" }),
  // ONNX's sign of NaN is NaN, TensorFlow.js's is 0.
  unary(tf.Sign, floats, (to, x) => to.op("Sub", [positive(to, x), to.cast(to.op("Less", [x, to.float(0)]), "float32")])),
  unary(
    tf.Step,
    floats,
    // 1 above 0, alpha below, NaN where x is. Where alpha is 0, as in gradients of relu, without the engine's slow `Where`.
    (to, x, [alpha = 0]) => (alpha === 0 ? to.op("Sign", [to.op("Relu", [x])]) : to.op("Where", [to.op("IsNaN", [x]), x, to.op("Where", [to.op("Greater", [x, to.float(0)]), to.float(1), to.float(alpha)])])),
    { params: (call) => [Number(call.attribute("alpha") ?? 0)] },
  ),
  unary(tf.LeakyRelu, floats, (to, x, [alpha = 0]) => to.op("LeakyRelu", [x], { alpha: { float: alpha } }), { params: (call) => [Number(call.attribute("alpha"))] }),
  unary(tf.ClipByValue, floats, () => "", {
    scalars: (call) => [call.scalar(Number(call.attribute("clipValueMin"))), call.scalar(Number(call.attribute("clipValueMax")))],
    computeMore: (to, [x = "", low = "", high = ""]) => to.op("Clip", [x, low, high]),
  }),
  {
    kernel: tf.EluGrad,
    plan: (call) => {
      const [dy, y] = [call.input("dy"), call.input("y")];
      return dtypeOf(dy) === "float32" && dtypeOf(y) === "float32" ? { inputs: [dy, y], outputs: [{ shape: y.shape, dtype: "float32" }] } : null;
    },
    // dy where y >= 0, else dy (y + 1): that is dy (min(y, 0) + 1).
    emit: (to, inputs, _params, [output]) => inLayout(to, inputs, output?.shape ?? [], ([dy = "", y = ""]) => to.op("Mul", [dy, to.op("Add", [to.op("Min", [y, to.float(0)]), to.float(1)])])),
  },
  {
    kernel: tf.Cast,
    plan: (call) => {
      const x = call.input("x");
      const dtype = call.attribute("dtype");
      if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") return null;
      return { inputs: [x], outputs: [{ shape: x.shape, dtype }] };
    },
    emit: (to, inputs, _params, [output]) => inLayout(to, inputs, output?.shape ?? [], ([x = ""]) => to.op("Cast", [x], { to: elementTypes[output?.dtype ?? "float32"] })),
  },
  {
    kernel: tf.Select,
    broadcasts: true,
    plan: (call) => {
      const [condition, t, e] = [call.input("condition"), call.input("t"), call.input("e")];
      if (condition.value.dtype !== "bool" || t.value.dtype !== e.value.dtype || !numbers.includes(t.value.dtype)) return null;
      // A condition [n] chooses rows.
      const isByRow = condition.shape.length === 1 && t.shape.length > 1;
      const shaped = isByRow ? { value: condition.value, shape: [...condition.shape, ...t.shape.slice(1).map(() => 1)] } : condition;
      const shape = broadcast(broadcast(shaped.shape, t.shape) ?? [], e.shape);
      return shape === null || shape.length !== t.shape.length ? null : { inputs: [shaped, t, e], outputs: [{ shape: t.shape, dtype: dtypeOf(t) }] };
    },
    emit: (to, inputs, _params, [output]) => {
      const [condition, t, e] = inputs;
      const shape = output?.shape ?? [];
      if (condition?.size === 1 && t !== undefined && e !== undefined && isSameShape(t.shape, shape) && isSameShape(e.shape, shape)) return to.choose(condition.name, t.name, e.name, t.dtype, shape);
      return inLayout(to, inputs, shape, (names) => to.op("Where", names));
    },
  },
  {
    kernel: tf.AddN,
    plan: (call) => {
      const inputs = call.list();
      const [first] = inputs;
      return first === undefined || inputs.some((each) => each.value.dtype !== first.value.dtype || !numbers.includes(each.value.dtype)) ? null : { inputs, outputs: [{ shape: first.shape, dtype: dtypeOf(first) }] };
    },
    emit: (to, inputs, _params, [output]) => inLayout(to, inputs, output?.shape ?? [], ([first = "", ...rest]) => rest.reduce((sum, each) => to.op("Add", [sum, each]), first)),
  },
];

/** 1 where x > 0, else 0, as float32. */
function positive(to: Emitter, x: string): string {
  return to.cast(to.op("Greater", [x, to.float(0)]), "float32");
}
