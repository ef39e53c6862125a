// Element-wise arithmetic with broadcasting, as TensorFlow.js has it: shapes aligned at the right.

import * as tf from "@tensorflow/tfjs-core";
import { traced, type Operand } from "../tensor.js";

/** a + b. */
export function add(a: Operand, b: Operand): tf.Tensor {
  return traced("add", () => tf.add(a, b));
}

/** a - b. */
export function sub(a: Operand, b: Operand): tf.Tensor {
  return traced("sub", () => tf.sub(a, b));
}

/** a * b. */
export function mul(a: Operand, b: Operand): tf.Tensor {
  return traced("mul", () => tf.mul(a, b));
}

/** a / b. */
export function div(a: Operand, b: Operand): tf.Tensor {
  return traced("div", () => tf.div(a, b));
}

/** a to the power b. A power that is a number has its gradient also where a is not positive. */
export function pow(a: Operand, b: Operand): tf.Tensor {
  return traced("pow", () => {
    if (b === 2) return tf.square(a);
    if (typeof b === "number" && typeof a !== "number") return numberPower(a, b);
    return tf.pow(a, b);
  });
}

/** -x. */
export function neg(x: Operand): tf.Tensor {
  return traced("neg", () => tf.neg(x));
}

/** A number as a tensor, without axes. */
export function constant(value: number): tf.Tensor {
  return traced("constant", () => tf.scalar(value));
}

/** x^power; the gradient of the exponent, which TensorFlow.js takes by log x, is not needed. */
function numberPower(x: tf.Tensor, power: number): tf.Tensor {
  const op = tf.customGrad((...given) => {
    const [base, save] = given as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([base]);
    return {
      value: tf.pow(base, power),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, tf.mul(power, tf.pow(saved[0] ?? base, power - 1))),
    };
  });
  return op(x);
}
