// What a program promises of a run that starts from others, for `sop prove` to measure: what the analysis claims of each output, and which
// terms of the loss are convex in outputs that are the mean. Models that are only called in a body have no outputs to look at.

import type { Module, Op } from "../ir/module.js";
import type { Run } from "../semantics/semantic-model.js";
import { inWords } from "./causes.js";
import type { FusedModels } from "./fused-models.js";
import type { Promised, PromisedOutput } from "../emit/program-source.js";

/** `module` is the run's. Null: its model does not start from others as a whole. */
export function promiseOf(models: FusedModels, run: Run, module: Module): Promised | null {
  const start = run.instance.starts?.find(({ prefix }) => prefix === "");
  if (start === undefined) return null;
  const outputs = models.fusion(start).claims.map((claim): PromisedOutput => {
    if (claim.kind === "function-of-mean") return { output: claim.output, kind: claim.kind, through: claim.through, at: claim.place.origin };
    if (claim.kind === "weighted-sum") return { output: claim.output, kind: claim.kind, factors: claim.factors };
    if (claim.kind === "not") return { output: claim.output, kind: claim.kind, causes: [...new Set(claim.causes.map(inWords))].slice(0, 8) };
    return { output: claim.output, kind: claim.kind };
  });
  const means = new Set(outputs.filter(({ kind }) => kind === "mean").map(({ output }) => output));
  return { mix: models.mix(start), outputs, convex: convexTerms(module, means) };
}

/** Losses that are convex in what they compare with the targets. */
const convexLosses: ReadonlySet<Op["kind"]> = new Set<Op["kind"]>(["mse", "cross_entropy", "binary_cross_entropy"]);

/** Terms of a loss that compare these outputs with the data, as they are, or add up such comparisons, times numbers that are not negative. */
function convexTerms({ graphs }: Module, isMean: ReadonlySet<string>): readonly string[] {
  const { inputs, ops, outputs } = graphs.find(({ name }) => name === "loss") ?? { inputs: [], ops: [], outputs: [] };
  const isConvex = (value: number): boolean => {
    const op = ops[value - inputs.length];
    if (op === undefined) return false;
    const [first = -1, second = -1] = op.operands;
    if (op.kind === "mul") return (isWeight(first) && isConvex(second)) || (isWeight(second) && isConvex(first));
    if (op.kind === "add") return isConvex(first) && isConvex(second);
    if (!convexLosses.has(op.kind)) return false;
    return isMean.has(inputs[first]?.name ?? "") && inputs[second]?.name.startsWith("row.") === true;
  };
  const isWeight = (value: number): boolean => {
    const op = ops[value - inputs.length];
    return op?.kind === "constant" && Number(op.attributes["value"]) >= 0;
  };
  return outputs.filter(({ value }) => isConvex(value)).map(({ name }) => name);
}
