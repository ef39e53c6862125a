// Gated recurrent units (Cho et al. 2014), with the gates of PyTorch's GRU: the reset gate acts on the product with the recurrent kernel, so
// that the three products of a step are one. The gradient is backpropagation through time by hand, as in lstm.ts.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { reversedWithin } from "./lengths.js";
import type { RecurrentOptions } from "./lstm.js";
import { kernelGradient, projected, sequence, sigmoidSlope, startOf, steps, tanhSlope } from "./unrolled.js";

/**
 * x [batch, t, in], kernel [in, 3 units], recurrent [units, 3 units], bias [3 units], packed as reset gate, update gate and candidate;
 * recurrentBias [units] of the candidate: r = sigmoid(x_t K_r + h R_r + b_r); z = sigmoid(x_t K_z + h R_z + b_z);
 * n = tanh(x_t K_n + b_n + r (h R_n + recurrentBias)); h_t = (1 - z) n + z h. Gives all h [batch, t, units]. h starts at `initial`
 * ([batch, units] or [units]; null: 0). In reverse with lengths [batch] each example starts at its last real step.
 */
export function gru(x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor, recurrentBias: tf.Tensor, initial: tf.Tensor | null, { reverse }: RecurrentOptions, lengths?: tf.Tensor): tf.Tensor {
  return traced("gru", () => {
    const [units = 1] = recurrent.shape;
    const start = startOf(initial, x.shape[0] ?? 1, units);
    if (reverse && lengths !== undefined) return reversedWithin(run(projected(reversedWithin(x, lengths), kernel, bias), recurrent, recurrentBias, start, false), lengths);
    return run(projected(x, kernel, bias), recurrent, recurrentBias, start, reverse);
  });
}

/** What a step leaves for the way back. */
interface Step {
  readonly r: tf.Tensor;
  readonly z: tf.Tensor;
  readonly n: tf.Tensor;
  /** h R_n + recurrentBias: what the reset gate lets through. */
  readonly held: tf.Tensor;
  readonly before: tf.Tensor;
}

const perStep = 5;

function run(projection: tf.Tensor, recurrent: tf.Tensor, recurrentBias: tf.Tensor, start: tf.Tensor, reverse: boolean): tf.Tensor {
  const op = tf.customGrad((...given) => {
    const [inputs, kernel, bias, h0, save] = given as unknown as [tf.Tensor, tf.Tensor2D, tf.Tensor, tf.Tensor2D, tf.GradSaveFunc];
    let h: tf.Tensor2D = h0;
    const taken: Step[] = [];
    const states: tf.Tensor[] = [];
    for (const input of steps(inputs, reverse)) {
      const [xr = input, xz = input, xn = input] = tf.split(input, 3, 1);
      const product = tf.matMul(h, kernel);
      const [hr = product, hz = product, hn = product] = tf.split(product, 3, 1);
      const r = tf.sigmoid(tf.add(xr, hr));
      const z = tf.sigmoid(tf.add(xz, hz));
      const held = tf.add(hn, bias);
      const n = tf.tanh(tf.add(xn, tf.mul(r, held)));
      taken.push({ r, z, n, held, before: h });
      h = tf.add(n, tf.mul(z, tf.sub(h, n)));
      states.push(h);
    }
    save([kernel, ...taken.flatMap(({ r, z, n, held, before }) => [r, z, n, held, before])]);
    return {
      value: sequence(states, reverse),
      gradFunc: (dy: tf.Tensor, [savedKernel, ...saved]: tf.Tensor[]) => {
        const again = taken.map((_, t) => unpackStep(saved.slice(t * perStep, (t + 1) * perStep)));
        return backward(dy, (savedKernel ?? kernel) as tf.Tensor2D, again, reverse);
      },
    };
  });
  return op(projection, recurrent, recurrentBias, start);
}

function unpackStep(tensors: readonly tf.Tensor[]): Step {
  const [r, z, n, held, before] = tensors;
  if (r === undefined || z === undefined || n === undefined || held === undefined || before === undefined) throw new Error("a step of the GRU is missing");
  return { r, z, n, held, before };
}

/** Gradients of the projection, the recurrent kernel, the candidate's recurrent bias and the start. */
function backward(dy: tf.Tensor, kernel: tf.Tensor2D, taken: readonly Step[], reverse: boolean): tf.Tensor[] {
  const dOutputs = steps(dy, reverse);
  const dInputs: tf.Tensor[] = [];
  const dProducts: tf.Tensor2D[] = [];
  const dHeld: tf.Tensor2D[] = [];
  let dh: tf.Tensor | null = null;
  for (let t = taken.length - 1; t >= 0; t--) {
    const step = taken[t];
    const output = dOutputs[t];
    if (step === undefined || output === undefined) continue;
    const { r, z, n, held, before } = step;
    const down: tf.Tensor = dh === null ? output : tf.add(output, dh);
    const dn = tf.mul(tf.mul(down, tf.sub(1, z)), tanhSlope(n));
    const dz = tf.mul(tf.mul(down, tf.sub(before, n)), sigmoidSlope(z));
    const dr = tf.mul(tf.mul(dn, held), sigmoidSlope(r));
    const dheld = tf.mul(dn, r) as tf.Tensor2D;
    const product = tf.concat2d([dr, dz, dheld] as tf.Tensor2D[], 1);
    dInputs.unshift(tf.concat2d([dr, dz, dn] as tf.Tensor2D[], 1));
    dProducts.unshift(product);
    dHeld.unshift(dheld);
    dh = tf.add(tf.mul(down, z), tf.matMul(product, kernel, false, true));
  }
  return [sequence(dInputs, reverse), kernelGradient(taken.map(({ before }) => before), dProducts), tf.sum(tf.concat2d(dHeld, 0), 0), dh ?? tf.zerosLike(dy)];
}
