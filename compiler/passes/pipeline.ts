// The passes in order, as a list that reads aloud, and the loop that runs them.

import { invariant } from "../invariant.js";
import type { KernelSet, Module } from "../ir/module.js";
import { verify } from "../ir/verify.js";
import { canonicalize } from "./canonicalize.js";
import { deepFusion, type FusedModel } from "./deep-fusion.js";
import { eliminateDeadOps } from "./eliminate-dead-ops.js";
import { foldConstants } from "./fold-constants.js";
import { fold } from "./fold.js";
import { majorityKernels } from "./majority-kernels.js";
import type { Pass } from "./pass.js";

/** A module as the lowering leaves it, and what the annotations ask for. */
export interface PipelineInput {
  readonly module: Module;
  readonly reach: ReadonlyMap<string, KernelSet>;
  /** Models in it that start from others; absent: none does. */
  readonly fused?: readonly FusedModel[];
}

export interface PipelineOptions {
  /** Check the module after each pass. */
  readonly verify: boolean;
  /** The name of a pass whose result is wanted, or null. */
  readonly dumpAfter: string | null;
}

export interface PipelineResult {
  /** What is trained: with kernel sets. */
  readonly module: Module;
  /** What ships: without. */
  readonly folded: Module;
  /** The module after the pass that `dumpAfter` names. */
  readonly dump: Module | null;
}

function trainingPasses(reach: PipelineInput["reach"], fused: readonly FusedModel[]): readonly Pass[] {
  return [
    canonicalize, // so that equal programs have equal text
    foldConstants, // before dead ops, which then drops the operands
    eliminateDeadOps, // before kernel sets, so that only weights that are read have one
    deepFusion(fused), // before kernel sets, whose copies begin with the fused kernel
    majorityKernels(reach), // last: whatever is above sees plain weights
  ];
}

const shippingPasses: readonly Pass[] = [fold];

/** Names for `--dump-after`, in the order in which passes run. */
export const passNames: readonly string[] = ["lower", ...[...trainingPasses(new Map(), []), ...shippingPasses].map((pass) => pass.name)];

/** Runs all passes over the module of a run. */
export function runPipeline({ module, reach, fused = [] }: PipelineInput, options: PipelineOptions): PipelineResult {
  let dump: Module | null = options.dumpAfter === "lower" ? module : null;
  const after = (pass: string, result: Module): Module => {
    if (options.verify) {
      const problems = verify(result);
      invariant(problems.length === 0, `the module is sound after ${pass}: ${problems.join("; ")}`);
    }
    if (options.dumpAfter === pass) dump = result;
    return result;
  };
  const run = (start: Module, passes: readonly Pass[]): Module => passes.reduce((current, pass) => after(pass.name, pass.run(current)), start);
  const trained = run(after("lower", module), trainingPasses(reach, fused));
  const folded = run(trained, shippingPasses);
  return { module: trained, folded, dump };
}
