// Computing in float64 within a kernel, as TensorFlow.js's backend `cpu` does: rounded once, at the end. For functions that the engine has
// not, or not to the last places.

import type { Emitter } from "../emitter.js";

/** What `compute` gives in float64, as float32. */
export function inFloat64(to: Emitter, names: readonly string[], compute: (names: readonly string[]) => string): string {
  return to.cast(compute(names.map((name) => to.cast(name, "float64"))), "float32");
}

/** Numbers of float64 as int32, as JavaScript does it: towards zero, modulo 2^32; 0 for NaN and infinities. */
export function asInt32(to: Emitter, x: string): string {
  const whole = truncated(to, x);
  // Exact: 2^32 only moves the exponent.
  const modulus = to.double(2 ** 32);
  const rest = to.op("Sub", [whole, to.op("Mul", [to.op("Floor", [to.op("Div", [whole, modulus])]), modulus])]);
  const signed = to.op("Where", [to.op("GreaterOrEqual", [rest, to.double(2 ** 31)]), to.op("Sub", [rest, modulus]), rest]);
  // Infinities are NaN by now.
  return to.cast(to.op("Where", [to.op("IsNaN", [signed]), to.double(0), signed]), "int32");
}

function truncated(to: Emitter, x: string): string {
  return to.op("Where", [to.op("Less", [x, to.double(0)]), to.op("Ceil", [x]), to.op("Floor", [x])]);
}
