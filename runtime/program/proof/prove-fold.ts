// Measures folding: a finished run's kernel sets, as its checkpoint has them, against the model that ships. Batch-norm statistics are the
// model's in both, since those of a checkpoint belong to mixtures.

import * as tf from "@tensorflow/tfjs-core";
import type { Checkpoint } from "../../checkpoint/checkpoint.js";
import { fromStored } from "../../checkpoint/tensors.js";
import { gatherBatch } from "../../data/batches.js";
import type { LoadedDataset } from "../../data/load.js";
import { foldedWeight } from "../../training/average.js";
import { outputsOf, tick } from "../../training/evaluate.js";
import { UserError } from "../errors.js";
import type { Finished } from "../finished.js";
import { checkpointAt } from "../run-checkpoints.js";
import type { RunFolder } from "../run-folder.js";
import type { Run } from "../run.js";
import { compare, roundingOf, worst, type Comparison, type Finding } from "./finding.js";

/** Has the run weights with several kernels each? */
export function hasKernelSets(run: Run): boolean {
  return Object.values(run.weights).some(({ set }) => set !== null && set.copies > 1);
}

/** The model that ships against a pass that mixes the kernels at 1/k each, as a step with `mix: mean` does; and each folded kernel against their mean in float64. */
export async function proveFold(run: Run, source: string, folder: RunFolder, finished: Finished, data: LoadedDataset, batches: readonly Int32Array[]): Promise<readonly Finding[]> {
  const { tensors } = checkpointOf(run, source, folder, finished);
  const shipped = fromStored(finished.stored);
  const state = fromStored(tensors);
  const mixed: Record<string, tf.Tensor> = {};
  for (const [path, spec] of Object.entries(run.weights)) {
    const value = spec.role === "statistic" ? shipped[path] : state[`weights/${path}`];
    if (value === undefined) throw new Error(`there is no ${path} in the checkpoint`);
    mixed[path] = tf.tidy(() => tf.keep(tf.mul(spec.role === "statistic" ? value : foldedWeight(value, spec), 1)));
  }
  const comparisons = new Map<string, Comparison[]>();
  let isEqual = true;
  for (const rows of batches) {
    const batch = gatherBatch(data.columns, rows);
    const [left, right] = [outputsOf(run, shipped, batch), outputsOf(run, mixed, batch)];
    for (const [output, tensor] of Object.entries(left)) {
      const [own, expected] = [await tensor.data<"float32">(), (await right[output]?.data<"float32">()) ?? new Float32Array(0)];
      isEqual &&= own.length === expected.length && own.every((value, i) => Object.is(value, expected[i]));
      comparisons.set(output, [...(comparisons.get(output) ?? []), compare(own, [{ factor: 1, values: expected }])]);
    }
    tf.dispose([batch, left, right]);
    await tick();
  }
  tf.dispose([shipped, state, mixed]);
  const rounding = roundingOf(run.places.length);
  const outputs = [...comparisons].map(([output, all]): Finding => {
    const { difference, bound, holds } = worst(all, rounding);
    const exactly = isEqual ? ", bit for bit" : "";
    return { what: output, place: run.claims?.outputs[output]?.place ?? "", claim: `of the folded model is that of kernels mixed at 1/k${exactly}`, measure: "|F - m| / |m|", difference, bound, verdict: holds ? "holds" : "fails" };
  });
  return [...outputs, ofKernels(run, source, finished, tensors)];
}

/** The checkpoint whose weights the model has. */
function checkpointOf(run: Run, source: string, folder: RunFolder, { record }: Finished): Checkpoint {
  const step = record.modelStep ?? record.step;
  const found = checkpointAt(folder, step, record.identity);
  if (found !== null) return found;
  throw new UserError(`\`${folder.checkpoint(step)}\` is missing: the kernels that \`${run.name}\` folded are nowhere else.`, `Run \`sop train ${source} ${run.name} --fresh\`.`);
}

/** The folded kernel that is farthest from the mean of its kernels. k + 1 roundings each way are what a sum of k products has. */
function ofKernels(run: Run, source: string, { stored }: Finished, tensors: Checkpoint["tensors"]): Finding {
  const measured = Object.entries(run.weights).flatMap(([path, { set }]) => {
    if (set === null || set.copies < 2) return [];
    const [folded, copies] = [stored.get(path)?.values ?? [], tensors.get(`weights/${path}`)?.values ?? []];
    const size = folded.length;
    const parts = Array.from({ length: set.copies }, (_, copy) => ({ factor: 1 / set.copies, values: Float32Array.from({ length: size }, (_unused, i) => Number(copies[copy * size + i] ?? NaN)) }));
    return [{ path, ...worst([compare(Float32Array.from(folded, Number), parts)], 2 * (set.copies + 1) * 2 ** -24) }];
  });
  const wrong = measured.find(({ holds }) => !holds) ?? measured.reduce((most, each) => ((each.difference ?? 0) / each.bound > (most.difference ?? 0) / most.bound ? each : most), measured[0] ?? { path: "", difference: null, bound: 0, holds: false });
  const line = run.places.find(([path]) => path !== "" && wrong.path.startsWith(`${path}.`))?.[1];
  const count = measured.length === 1 ? "is the mean of its kernels" : `and ${measured.length - 1} other folded kernel${measured.length === 2 ? "" : "s"} are the means of theirs`;
  return { what: wrong.path, place: line === undefined ? "" : `${run.declaredIn?.file ?? source}:${line}`, claim: count, measure: "|W - m| / |m|", difference: wrong.difference, bound: wrong.bound, verdict: wrong.holds ? "holds" : "fails" };
}
