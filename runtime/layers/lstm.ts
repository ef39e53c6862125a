// Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), with the gates of PyTorch's LSTM. The
// gradient is backpropagation through time by hand: the recurrent kernel's is one product for all steps, in the place of one per step.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { reversedWithin } from "./lengths.js";
import { kernelGradient, projected, sequence, sigmoidSlope, startOf, steps, tanhSlope } from "./unrolled.js";

export interface RecurrentOptions {
  /** From the last step to the first; the result stays in the order of the input. */
  readonly reverse: boolean;
}

/**
 * x [batch, t, in], kernel [in, 4 units], recurrent [units, 4 units], bias [4 units], all packed as input, forget, candidate and output gate:
 * (i, f, g, o) = x_t K + h_{t-1} R + b; c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g); h_t = sigmoid(o) tanh(c_t). Gives all h
 * [batch, t, units]. h starts at `initial` ([batch, units] or [units]; null: 0), c at 0. In reverse with lengths [batch] each example starts at
 * its last real step.
 */
export function lstm(x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor, initial: tf.Tensor | null, { reverse }: RecurrentOptions, lengths?: tf.Tensor): tf.Tensor {
  return traced("lstm", () => {
    const [units = 1] = recurrent.shape;
    const start = startOf(initial, x.shape[0] ?? 1, units);
    if (reverse && lengths !== undefined) return reversedWithin(run(projected(reversedWithin(x, lengths), kernel, bias), recurrent, start, false), lengths);
    return run(projected(x, kernel, bias), recurrent, start, reverse);
  });
}

/** What a step leaves for the way back. */
interface Step {
  readonly gates: readonly tf.Tensor[];
  readonly cellBefore: tf.Tensor;
  /** tanh(c_t). */
  readonly shown: tf.Tensor;
  readonly before: tf.Tensor;
}

const perStep = 7;

function run(projection: tf.Tensor, recurrent: tf.Tensor, start: tf.Tensor, reverse: boolean): tf.Tensor {
  const op = tf.customGrad((...given) => {
    const [inputs, kernel, h0, save] = given as unknown as [tf.Tensor, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    let h: tf.Tensor2D = h0;
    let c: tf.Tensor = tf.zerosLike(h0);
    const taken: Step[] = [];
    const states: tf.Tensor[] = [];
    for (const input of steps(inputs, reverse)) {
      const [i, f, g, o] = gatesOf(tf.add(input, tf.matMul(h, kernel)));
      const cellBefore = c;
      c = tf.add(tf.mul(f, c), tf.mul(i, g));
      const shown = tf.tanh(c);
      taken.push({ gates: [i, f, g, o], cellBefore, shown, before: h });
      h = tf.mul(o, shown) as tf.Tensor2D;
      states.push(h);
    }
    save([kernel, ...taken.flatMap(({ gates, cellBefore, shown, before }) => [...gates, cellBefore, shown, before])]);
    return {
      value: sequence(states, reverse),
      gradFunc: (dy: tf.Tensor, [savedKernel, ...saved]: tf.Tensor[]) => {
        const again = taken.map((_, t) => unpackStep(saved.slice(t * perStep, (t + 1) * perStep)));
        return backward(dy, (savedKernel ?? kernel) as tf.Tensor2D, again, reverse);
      },
    };
  });
  return op(projection, recurrent, start);
}

function gatesOf(a: tf.Tensor): readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] {
  const [i = a, f = a, g = a, o = a] = tf.split(a, 4, 1);
  return [tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)];
}

function unpackStep(tensors: readonly tf.Tensor[]): Step {
  const [i, f, g, o, cellBefore, shown, before] = tensors;
  if (i === undefined || f === undefined || g === undefined || o === undefined || cellBefore === undefined || shown === undefined || before === undefined) throw new Error("a step of the LSTM is missing");
  return { gates: [i, f, g, o], cellBefore, shown, before };
}

/** Gradients of the projection, the recurrent kernel and the start. */
function backward(dy: tf.Tensor, kernel: tf.Tensor2D, taken: readonly Step[], reverse: boolean): tf.Tensor[] {
  const dOutputs = steps(dy, reverse);
  const dGates: tf.Tensor2D[] = [];
  let dh: tf.Tensor | null = null;
  let dc: tf.Tensor | null = null;
  for (let t = taken.length - 1; t >= 0; t--) {
    const step = taken[t];
    const output = dOutputs[t];
    if (step === undefined || output === undefined) continue;
    const { gates, cellBefore, shown } = step;
    const [i = shown, f = shown, g = shown, o = shown] = gates;
    const down: tf.Tensor = dh === null ? output : tf.add(output, dh);
    const throughOutput: tf.Tensor = tf.mul(tf.mul(down, o), tanhSlope(shown));
    const cell: tf.Tensor = dc === null ? throughOutput : tf.add(dc, throughOutput);
    const d = tf.concat2d(
      [
        tf.mul(tf.mul(cell, g), sigmoidSlope(i)),
        tf.mul(tf.mul(cell, cellBefore), sigmoidSlope(f)),
        tf.mul(tf.mul(cell, i), tanhSlope(g)),
        tf.mul(tf.mul(down, shown), sigmoidSlope(o)),
      ] as tf.Tensor2D[],
      1,
    );
    dGates.unshift(d);
    dc = tf.mul(cell, f);
    dh = tf.matMul(d, kernel, false, true);
  }
  return [sequence(dGates, reverse), kernelGradient(taken.map(({ before }) => before), dGates), dh ?? tf.zerosLike(dy)];
}
