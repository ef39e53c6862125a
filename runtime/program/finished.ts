// A finished run's model, checked against the program before it is used.

import type * as tf from "@tensorflow/tfjs-core";
import { checkTensors, readModel } from "../checkpoint/checkpoint.js";
import type { StoredTensor } from "../checkpoint/safetensors.js";
import { fromStored } from "../checkpoint/tensors.js";
import { UserError } from "./errors.js";
import { runIdentity } from "./identity.js";
import type { Output } from "./output.js";
import { folderOf, type Program } from "./program.js";
import type { RunRecord } from "./run-record.js";
import type { Run } from "./run.js";

export interface Finished {
  readonly record: RunRecord;
  /** Path of `model.safetensors`. */
  readonly path: string;
  readonly stored: ReadonlyMap<string, StoredTensor>;
}

/** Reads the folded model of a finished run; notes where the training clauses have changed since. Throws a UserError if there is none, or if it is that of another program. */
export function readFinished(program: Program, run: Run, output: Output): Finished {
  const folder = folderOf(program, run);
  const record = folder.read();
  const trainIt = `Run \`sop train ${program.path} ${run.name}\`.`;
  if (record === null) throw new UserError(`\`${run.name}\` has not been trained: \`${folder.path}\` holds no run.`, trainIt);
  if (record.file !== (run.declaredIn?.file ?? program.source)) throw new UserError(`\`${folder.path}\` holds a run of \`${record.file}\`, expected one of \`${program.source}\`.`, "Name another folder with `--runs-dir`.");
  if (record.modelIdentity !== run.modelIdentity) {
    throw new UserError(`The model or the fields of \`${run.name}\` have changed since it was trained: \`${folder.path}\` holds that of \`${record.model}\` before the change.`, `Take the change back, or run \`sop train ${program.path} ${run.name} --fresh\`.`);
  }
  if (record.status !== "finished") throw new UserError(`\`${run.name}\` has not finished: it stands at step ${folder.checkpointSteps()[0] ?? record.step} of ${record.steps}.`, trainIt);
  const found = readModel(folder.model);
  if (found === null) throw new UserError(`\`${folder.model}\` is missing.`, trainIt);
  const { tensors, identity } = found;
  if (identity !== record.identity) throw new UserError(`\`${folder.model}\` belongs to another run.`, `Run \`sop train ${program.path} ${run.name} --fresh\`.`);
  checkTensors(tensors, shippedShapes(run), folder.model);
  if (record.identity !== runIdentity(run, record.data, record.sources)) {
    output.terminal.write(`note: \`${run.name}\` would be trained otherwise now; this is what was trained before the change.\n`);
  }
  return { record, path: folder.model, stored: tensors };
}

/** The tensors of a finished run's model. The caller disposes them. */
export function modelTensors({ stored }: Finished): Record<string, tf.Tensor> {
  return fromStored(stored);
}

/** What ships of each weight. */
function shippedShapes(run: Run): ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }> {
  return new Map(Object.entries(run.weights).map(([path, { shape }]) => [path, { dtype: "F32", shape }]));
}
