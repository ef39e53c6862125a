// Steps of a compiled run one at a time, with everything of the training loop that decides numbers: the data, their order, the state.

import * as tf from "@tensorflow/tfjs-core";
import { DataOrder, gatherBatch, stepsPerEpoch, type Batch } from "../../runtime/data/batches.js";
import { loadDataset, type LoadedDataset } from "../../runtime/data/load.js";
import { Training, type Run } from "../../runtime/index.js";
import { inputsOf } from "../../runtime/training/evaluate.js";
import { totalSteps } from "../../runtime/training/loop.js";
import { trainingRows } from "../../runtime/training/rows.js";

export class Stepping {
  readonly training: Training;
  private readonly order: DataOrder;
  private readonly columns: LoadedDataset["columns"];

  constructor(
    readonly run: Run,
    readonly data: LoadedDataset,
  ) {
    const { weights, optimizer, clip, l1 = 0, l2, seed, batch } = run;
    const { rows, columns } = trainingRows(run, this.data, null);
    this.columns = columns;
    this.training = new Training({ weights, optimizer, clip, l1, l2, seed, totalSteps: totalSteps(run, rows.length), stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
    this.order = new DataOrder(rows, batch, seed);
  }

  /** Steps over the data of the run, whose files are in `directory`. */
  static async over(run: Run, directory: string): Promise<Stepping> {
    return new Stepping(run, await loadDataset(run.dataset, directory));
  }

  /** The rows of the next step; the caller disposes them. */
  batch(): Batch {
    return gatherBatch(this.columns, this.order.at(this.training.step));
  }

  /** Takes a step and gives its loss. `look` sees the weights that the step uses, its inputs and its mode, inside the step. */
  take(look: (weights: Readonly<Record<string, tf.Tensor>>, input: Readonly<Record<string, tf.Tensor>>, mode: Parameters<Run["forward"]>[2]) => void = () => undefined): number {
    const batch = this.batch();
    const input = inputsOf(this.run, batch);
    const descent = this.run.step(
      {
        descend: (terms) =>
          this.training.descend((weights, mode) => {
            look(weights, input, mode);
            return terms(weights, mode);
          }),
      },
      batch,
    );
    const [loss = NaN] = descent.loss.dataSync();
    tf.dispose([descent.loss, descent.gradientNorm, ...Object.values(descent.terms), ...Object.values(batch)]);
    return loss;
  }
}
