// Attention as its parts: projections onto heads, the product of activations, the projection back. Each has weights of its own.

import { perExample } from "./batch.js";
import type { Lowering, LoweringRule } from "./lowering.js";

/** Of a sequence to itself. */
export const lowerSelfAttention: LoweringRule = (application) => {
  const x = application.operand(0);
  const turned = (value: number): number => (application.flag("rotary") ? application.add("rotary", [value], { base: application.number("base") }) : value);
  const [query, key] = ["query", "key"].map((name) => turned(project(application, x, name)));
  return attend(application, [query ?? x, key ?? x, project(application, x, "value")], application.flag("causal"), application.lengthsOf(0));
};

/** Of a sequence to another. */
export const lowerCrossAttention: LoweringRule = (application) => {
  const memory = application.operand(1);
  return attend(application, [project(application, application.operand(0), "query"), project(application, memory, "key"), project(application, memory, "value")], false, application.lengthsOf(1));
};

/** x [t, d] onto heads [t, heads, size]. */
function project(application: Lowering, x: number, name: string): number {
  const heads = application.add("project_heads", [x, application.weight(`${name}.kernel`)]);
  return application.hasWeight(`${name}.bias`) ? application.add("add", [heads, application.weight(`${name}.bias`)]) : heads;
}

/** `lengths` are those of what is read. */
function attend(application: Lowering, operands: readonly number[], causal: boolean, lengths: readonly number[]): number {
  const bias = application.optional("bias");
  // A bias that all examples share is added to each of them as it is.
  const sharesBias = bias === null || !application.typeOf(bias).batched;
  const batched = perExample(application, sharesBias ? operands : [...operands, bias]);
  const read = application.add("attention", [...batched, ...(bias !== null && sharesBias ? [bias] : []), ...lengths], { causal });
  const merged = application.add("merge_heads", [read, application.weight("out.kernel")]);
  return application.hasWeight("out.bias") ? application.add("add", [merged, application.weight("out.bias")]) : merged;
}
