// The numbers of a step beside weights and data - noise, mixing weights, rates - as functions of the step. Whoever runs a step by
// replaying an earlier one asks the functions again; so nothing that changes from step to step may reach a tensor by another way.

import * as tf from "@tensorflow/tfjs-core";

/** Numbers of a step; of several batches in it `part` counts, and what is the batch's own - noise - depends on it. 0 where there is one. */
export type Make = (step: number, part: number) => Float32Array;

export interface StepNumbers {
  /** The tensor that `make` fills for the step. One name stands for one function: asked again it gives the same tensor. Not the caller's to dispose. */
  tensor(name: string, shape: readonly number[], make: Make): tf.Tensor;
}

/** What one step asked for. */
export class StepInputs implements StepNumbers {
  private readonly made = new Map<string, { readonly tensor: tf.Tensor; readonly make: Make }>();

  constructor(
    private readonly step: number,
    private readonly part = 0,
  ) {}

  tensor(name: string, shape: readonly number[], make: Make): tf.Tensor {
    const known = this.made.get(name);
    if (known !== undefined) {
      if (tf.util.arraysEqual(known.tensor.shape, [...shape])) return known.tensor;
      return this.tensor(`${name} [${shape}]`, shape, make);
    }
    const tensor = tf.keep(tf.tensor(make(this.step, this.part), [...shape]));
    this.made.set(name, { tensor, make });
    return tensor;
  }

  get tensors(): Readonly<Record<string, tf.Tensor>> {
    return Object.fromEntries([...this.made].map(([name, { tensor }]) => [name, tensor]));
  }

  /** The functions by name, without the tensors. */
  get makers(): ReadonlyMap<string, Make> {
    return new Map([...this.made].map(([name, { make }]) => [name, make]));
  }

  dispose(): void {
    for (const { tensor } of this.made.values()) tensor.dispose();
    this.made.clear();
  }
}

/** Numbers of one step as plain tensors of the scope around. */
export function numbersOf(step: number, part = 0): StepNumbers {
  return { tensor: (_name, shape, make) => tf.tensor(make(step, part), [...shape]) };
}
