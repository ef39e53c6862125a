// Products along an axis.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import { dtypeOf, numbers } from "./pointwise.js";

export const cumprod: KernelDefinition = {
  kernel: tf.Cumprod,
  plan: (call) => {
    const x = call.input("x");
    const [given = 0] = call.numbers("axis");
    const axis = given < 0 ? given + x.shape.length : given;
    return numbers.includes(x.value.dtype) && x.shape.length > 0 ? { inputs: [x], outputs: [{ shape: x.shape, dtype: dtypeOf(x) }], params: [axis, call.flag("exclusive") ? 1 : 0, call.flag("reverse") ? 1 : 0] } : null;
  },
  // Each number times the one 1, 2, 4, ... before it: after that, times all before it.
  emit: (to, [x], [axis = 0, exclusive = 0, reverse = 0]) => {
    const shape = x?.shape ?? [];
    const size = shape[axis] ?? 1;
    const one = x?.dtype === "int32" ? to.int32(1) : to.float(1);
    const moved = (name: string, by: number): string => {
      const pads = shape.map((_, i) => (i === axis ? by : 0));
      const none = shape.map(() => 0);
      const longer = to.op("Pad", [name, to.integers(reverse === 1 ? [...none, ...pads] : [...pads, ...none]), one]);
      return to.op("Slice", [longer, to.integers([reverse === 1 ? by : 0]), to.integers([reverse === 1 ? size + by : size]), to.integers([axis])]);
    };
    let product = exclusive === 1 ? moved(x?.name ?? "", 1) : (x?.name ?? "");
    for (let by = 1; by < size; by *= 2) product = to.op("Mul", [product, moved(product, by)]);
    return product;
  },
};
