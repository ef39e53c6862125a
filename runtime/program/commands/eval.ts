// `eval`: the folded model of a finished run on a split.

import * as tf from "@tensorflow/tfjs-core";
import { requireAligned } from "../../data/aligned.js";
import { loadDataset } from "../../data/load.js";
import { splitNames, type SplitName } from "../../data/split.js";
import { evaluate } from "../../training/evaluate.js";
import { UserError } from "../errors.js";
import { modelTensors, readFinished } from "../finished.js";
import { runOf, type Program } from "../program.js";
import { resultLine, type Output } from "../output.js";

export async function evalCommand(program: Program, name: string, split: string | null, output: Output): Promise<void> {
  const run = runOf(program, name);
  const finished = readFinished(program, run, output);
  const data = await loadDataset(run.dataset, program.dataDirectory, finished.record.fitted);
  requireAligned(run.aligned ?? [], data);
  for (const line of data.notes) output.terminal.write(`${run.dataset.name}: ${line}\n`);
  if (data.hash !== finished.record.data) output.terminal.write(`warning: the data of \`${run.dataset.name}\` are not those that \`${name}\` was trained on.\n`);
  const chosen = splitOf(split ?? (data.splits.test.length > 0 ? "test" : data.splits.valid.length > 0 ? "valid" : "train"));
  if (data.splits[chosen].length === 0) throw new UserError(`\`${run.dataset.name}\` has no ${chosen} split.`, `Name another with \`--split\`, or give \`${run.dataset.name}\` one.`);
  const model = modelTensors(finished);
  const found = await evaluate(run, model, data, chosen);
  tf.dispose(model);
  output.result(resultLine(run, chosen, found));
}

/** The split of that name. */
export function splitOf(name: string): SplitName {
  const found = splitNames.find((one) => one === name);
  if (found === undefined) throw new UserError(`There is no split \`${name}\`; there are \`train\`, \`valid\`, \`test\`.`, null, 2);
  return found;
}
