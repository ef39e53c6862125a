// The initial values of a weight that `init:` can name, with their options.

import type { OptionType } from "./options.js";
import type { OptionValue } from "./option-value.js";
import type { WeightSignature } from "./layers/layer.js";

/**
 * Functions that `init:` takes. fan_in and fan_out are the connections of one output and of one input unit: sizes of the kernel but the
 * last, and but the one before it.
 */
export const initializer: OptionType = {
  kind: "call",
  functions: {
    zeros: { doc: "0 everywhere.", options: [] },
    ones: { doc: "1 everywhere.", options: [] },
    normal: { doc: "Normal with mean 0, not truncated.", options: [{ name: "std", doc: "Standard deviation.", type: { kind: "float", min: 0 } }] },
    uniform: { doc: "Uniform from -limit to limit.", options: [{ name: "limit", doc: "Largest absolute value.", type: { kind: "float", min: 0 } }] },
    he_normal: { doc: "Normal with variance 2 / fan_in, not truncated (He et al. 2015).", options: [] },
    lecun_normal: { doc: "Normal with variance 1 / fan_in, not truncated (LeCun et al. 1998).", options: [] },
    glorot_uniform: { doc: "Uniform with limit sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).", options: [] },
  },
};

/** The initial value that an option `init` stands for. `fanIn` and `fanOut` count connections per output and input unit. */
export function initialValue(init: OptionValue | undefined, fanIn: number, fanOut: number): WeightSignature["init"] {
  const call = typeof init === "object" && "call" in init ? init : { call: "zeros", options: {} };
  const number = (name: string): number => {
    const value = call.options[name];
    return typeof value === "number" ? value : 0;
  };
  switch (call.call) {
    case "ones":
      return { kind: "ones" };
    case "normal":
      return { kind: "normal", std: number("std") };
    case "uniform":
      return { kind: "uniform", limit: number("limit") };
    case "he_normal":
    case "lecun_normal":
    case "glorot_uniform":
      return { kind: call.call, fanIn, fanOut };
    default:
      return { kind: "zeros" };
  }
}
