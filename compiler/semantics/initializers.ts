// The initial values of a weight that `init:` can name, with their options.

import type { OptionType } from "./options.js";
import type { OptionValue } from "./option-value.js";
import type { WeightSignature } from "./layers/layer.js";

/** Functions that `init:` takes. `he_normal` is N(0, 2 / fan_in) (He et al. 2015), `lecun_normal` N(0, 1 / fan_in), `glorot_uniform` U(+-sqrt(6 / (fan_in + fan_out))). */
export const initializer: OptionType = {
  kind: "call",
  functions: {
    zeros: [],
    ones: [],
    normal: [{ name: "std", doc: "Standard deviation.", type: { kind: "float", min: 0 } }],
    uniform: [{ name: "limit", doc: "Largest absolute value.", type: { kind: "float", min: 0 } }],
    he_normal: [],
    lecun_normal: [],
    glorot_uniform: [],
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
