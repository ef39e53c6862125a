// A training run by hand: the weights and slots of a model, and its step on whatever backend is in use. The step is a function of state,
// batch and the optimizer's numbers, so that it can also be recorded once and replayed (captured.ts).

import * as tf from "@tensorflow/tfjs-core";
import "../../runtime/backends/tfjs-gradients.js";
import { at, started, type HandModel, type Named } from "./model.js";
import type { HandOptimizer } from "./optimizers.js";

/** Share of a stored statistic that stays at each step. */
const momentum = 0.9;

/** What a step makes: tensors of the scope around. */
export interface Stepped {
  /** The whole state after the step. */
  readonly next: Named;
  readonly loss: tf.Scalar;
}

/** Name of a weight's slot in the state. */
function slotName(weight: string, slot: number): string {
  return `${weight} ${slot}`;
}

/** Weights by name, and for each that is trained its slots. The caller disposes them. */
export function startedState(model: HandModel, optimizer: HandOptimizer, seed = 0): Record<string, tf.Tensor> {
  const state = started(model, seed);
  for (const [name, { shape, isTrained }] of Object.entries(model.weights)) {
    if (isTrained) for (let slot = 0; slot < optimizer.slots; slot++) state[slotName(name, slot)] = tf.zeros([...shape]);
  }
  return state;
}

/** One step: loss and gradients, update, moved statistics. */
export function stepped(model: HandModel, optimizer: HandOptimizer, state: Named, inputs: Named, numbers: Named): Stepped {
  const names = Object.keys(model.weights).filter((name) => model.weights[name]?.isTrained === true);
  const next: Record<string, tf.Tensor> = {};
  const learn = (name: string, statistic: tf.Tensor): void => {
    next[name] = tf.keep(tf.add(tf.mul(at(state, name), momentum), tf.mul(statistic, 1 - momentum)));
  };
  const lossOf = (...trained: tf.Tensor[]): tf.Scalar => model.loss({ ...state, ...Object.fromEntries(names.map((name, i) => [name, trained[i] ?? at(state, name)])) }, inputs, learn);
  const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => at(state, name)));
  for (const [i, name] of names.entries()) {
    const gradient = grads[i];
    if (gradient === undefined) throw new Error(`no gradient of ${name}`);
    const slots = Array.from({ length: optimizer.slots }, (_, slot) => at(state, slotName(name, slot)));
    const updated = optimizer.update(at(state, name), gradient, slots, numbers);
    next[name] = updated.weight;
    for (const [slot, tensor] of updated.slots.entries()) next[slotName(name, slot)] = tensor;
  }
  return { next, loss: value as tf.Scalar };
}

/** The optimizer's numbers of a step as tensors. The caller disposes them. */
export function numberTensors(optimizer: HandOptimizer, count: number): Named {
  return Object.fromEntries(Object.entries(optimizer.numbers(count)).map(([name, number]) => [name, tf.scalar(number)]));
}

export class HandTraining {
  private readonly state: Record<string, tf.Tensor>;
  private count = 0;

  constructor(
    private readonly model: HandModel,
    private readonly optimizer: HandOptimizer,
  ) {
    this.state = startedState(model, optimizer);
  }

  /** One step on a batch; gives its loss. */
  async step(inputs: Named): Promise<number> {
    const loss = tf.tidy(() => {
      const { next, loss: found } = stepped(this.model, this.optimizer, this.state, inputs, numberTensors(this.optimizer, ++this.count));
      for (const [name, tensor] of Object.entries(next)) {
        at(this.state, name).dispose();
        this.state[name] = tf.keep(tensor);
      }
      return found;
    });
    const [value = NaN] = await loss.data();
    loss.dispose();
    return value;
  }

  dispose(): void {
    tf.dispose(Object.values(this.state));
  }
}
