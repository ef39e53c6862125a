// lstm and gru: one op each, with their weights, and the state they start from where it is given.

import type { Lowering, LoweringRule } from "./lowering.js";

export const lowerLstm: LoweringRule = (application) => lowerRecurrent(application, "lstm", ["kernel", "recurrent", "bias"]);

export const lowerGru: LoweringRule = (application) => lowerRecurrent(application, "gru", ["kernel", "recurrent", "bias", "recurrent_bias"]);

function lowerRecurrent(application: Lowering, kind: "lstm" | "gru", names: readonly string[]): number {
  const initial = application.optional("initial");
  const weights = names.map((name) => application.weight(name));
  const reverse = application.flag("reverse");
  // From the front, what is behind the last real step changes nothing before it.
  const lengths = reverse ? application.lengthsOf(0) : [];
  return application.add(kind, [application.operand(0), ...weights, ...(initial === null ? [] : [initial]), ...lengths], { reverse });
}
