// A training run by hand whose step is recorded once and then replayed, on a backend that can.

import * as tf from "@tensorflow/tfjs-core";
import { captureOfBackend, CapturedStep, type Numbers } from "../../runtime/backends/capture.js";
import type { HandModel, Named } from "./model.js";
import type { HandOptimizer } from "./optimizers.js";
import { numberTensors, startedState, stepped } from "./training.js";

const prefixed = (prefix: string, tensors: Named): Named => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix} ${name}`, tensor]));

/** The numbers of a batch, for `CapturedTraining.step`. */
export async function numbersOf(batch: Named): Promise<Numbers> {
  const found: Record<string, Float32Array | Int32Array | Uint8Array> = {};
  for (const [name, tensor] of Object.entries(prefixed("batch", batch))) found[name] = await tensor.data();
  return found;
}

export class CapturedTraining {
  private readonly state: Readonly<Record<string, tf.Tensor>>;
  private readonly captured: CapturedStep;
  private count = 0;

  /** Throws where the step cannot be captured. */
  constructor(
    model: HandModel,
    private readonly optimizer: HandOptimizer,
  ) {
    this.state = startedState(model, optimizer);
    const captured = captureOfBackend()?.((round) => {
      const [batch, numbers] = [model.inputs(round), numberTensors(optimizer, 1 + round)];
      tf.engine().startScope();
      try {
        const { next, loss } = stepped(model, optimizer, this.state, batch, numbers);
        for (const tensor of [loss, ...Object.values(next)]) tf.keep(tensor);
        return { state: this.state, next, inputs: { ...prefixed("batch", batch), ...prefixed("number", numbers) }, outputs: { loss } };
      } finally {
        tf.engine().endScope();
      }
    }, 1);
    if (!(captured instanceof CapturedStep)) throw new Error(`the step cannot be captured: ${captured?.obstacle ?? "the backend cannot"}`);
    this.captured = captured;
  }

  /** One step on the numbers of a batch; gives its loss. */
  step(batch: Numbers): number {
    const numbers = Object.entries(this.optimizer.numbers(++this.count)).map(([name, number]) => [`number ${name}`, Float32Array.of(number)]);
    const [outputs] = this.captured.run([{ ...batch, ...Object.fromEntries(numbers) }]);
    this.captured.commit();
    const difference = this.captured.audit();
    if (difference !== null) throw new Error(`the captured step was wrong: ${difference}`);
    return outputs?.["loss"]?.[0] ?? NaN;
  }

  dispose(): void {
    this.captured.dispose();
    tf.dispose(Object.values(this.state));
  }
}
