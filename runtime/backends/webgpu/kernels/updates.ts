// The steps of Adam and SGD and the mix of a kernel set on WebGPU, one program each: weights and moments change where they lie (Note [In place] in
// optimizers/optimizer.ts). Composed of ops they are some thirty programs a weight.

import * as tf from "@tensorflow/tfjs-core";
import type { AdamStepAttributes } from "../../cpu/adam-step.js";
import type { SgdStepAttributes } from "../../cpu/sgd-step.js";
import { bindings, flatBuiltins, flatGroup, flatGroups, float, int, run, type Uniform, type WebGpuBackend } from "../programs.js";

const threads = 256;

interface Update {
  readonly name: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly numbers: Readonly<Record<string, Uniform>>;
  /** WGSL for the element `j` of the kernel, with `size`, `copies` and `width`, the columns of p, in `p`. */
  readonly body: string;
}

/** Runs it for each element of `like`; what a guarded scale that is NaN forbids is not done. */
function update(backend: WebGpuBackend, tensors: tf.NamedTensorInfoMap, like: tf.TensorInfo, copies: number, { name, reads, writes, numbers, body }: Update): void {
  const of = (input: string): tf.TensorInfo => {
    const found = tensors[input.split(": ")[0] ?? ""];
    if (found === undefined) throw new Error(`${name} without its ${input}`);
    return found;
  };
  const size = tf.util.sizeFromShape(like.shape);
  const all: Readonly<Record<string, Uniform>> = { size: int(size), copies: int(copies), width: int(tf.util.sizeFromShape(of("p").shape) / copies), ...numbers };
  run(backend, {
    name,
    code: () => `
${bindings(reads.map((read) => (read === "p" ? "share" : read)), writes, Object.fromEntries(Object.entries(all).map(([key, { type }]) => [key, type === "int32" ? "u32" : "f32"])))}
@compute @workgroup_size(${threads})
fn main(${flatBuiltins}) {
  let j = ${flatGroup} * ${threads}u + t;
  if (j >= p.size) { return; }
${reads.includes("scale: u32") ? "  // By its bits: a compiler may take it that there is no NaN.\n  if ((scale[0] & 0x7fffffffu) > 0x7f800000u) { return; }" : ""}
${body}
}
`,
    reads: reads.map(of),
    writes: writes.map(of),
    uniforms: Object.values(all),
    isChanging: Object.values(numbers).length > 0,
    groups: flatGroups(backend.device, size, threads),
  });
}

function copiesOf(weight: tf.TensorInfo, gradient: tf.TensorInfo): number {
  return tf.util.sizeFromShape(weight.shape) / tf.util.sizeFromShape(gradient.shape);
}

function given(inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo {
  const found = inputs[name];
  if (found === undefined) throw new Error(`a step without its ${name}`);
  return found;
}

/** As `adamStep` of cpu/adam-step.ts. */
export function adamStep(backend: WebGpuBackend, inputs: tf.NamedTensorInfoMap, attrs: object): tf.TensorInfo[] {
  const { rate, keep, beta1, beta2, correction1, correction2, epsilon } = attrs as AdamStepAttributes;
  const [weight, gradient, second] = [given(inputs, "weight"), given(inputs, "gradient"), given(inputs, "second")];
  const isShared = tf.util.sizeFromShape(second.shape) === tf.util.sizeFromShape(gradient.shape);
  const pace = (v: string): string => `p.rate / (sqrt(${v}) * p.root + p.epsilon)`;
  update(backend, inputs, gradient, copiesOf(weight, gradient), {
    name: isShared ? "adam, moments shared" : "adam, moments of copies",
    reads: ["gradient", "p", "scale: u32"],
    writes: ["weight", "first", "second"],
    numbers: { rate: float(rate / correction1), keep: float(keep), beta1: float(beta1), rest1: float(1 - beta1), beta2: float(beta2), rest2: float(1 - beta2), root: float(1 / Math.sqrt(correction2)), epsilon: float(epsilon) },
    body: `
  let g = bitcast<f32>(scale[0]) * gradient[j];
${isShared ? `  let v = p.beta2 * second[j] + p.rest2 * g * g;\n  second[j] = v;\n  let pace = ${pace("v")};` : ""}
  for (var i = 0u; i < p.copies; i++) {
    let at = i * p.size + j;
    let own = share[i * p.width + j % p.width] * g;
${isShared ? "" : `    let v = p.beta2 * second[at] + p.rest2 * own * own;\n    second[at] = v;\n    let pace = ${pace("v")};`}
    let m = p.beta1 * first[at] + p.rest1 * own;
    first[at] = m;
    weight[at] = p.keep * weight[at] - pace * m;
  }`,
  });
  return [];
}

/** As `sgdStep` of cpu/sgd-step.ts. */
export function sgdStep(backend: WebGpuBackend, inputs: tf.NamedTensorInfoMap, attrs: object): tf.TensorInfo[] {
  const { rate, momentum, nesterov } = attrs as SgdStepAttributes;
  const [weight, gradient] = [given(inputs, "weight"), given(inputs, "gradient")];
  const hasMomentum = inputs["momentum"] !== undefined;
  update(backend, inputs, gradient, copiesOf(weight, gradient), {
    name: hasMomentum ? (nesterov ? "sgd, looking ahead" : "sgd with momentum") : "sgd",
    reads: ["gradient", "p", "scale: u32"],
    writes: hasMomentum ? ["weight", "momentum"] : ["weight"],
    numbers: { rate: float(rate), mu: float(momentum) },
    body: `
  let g = bitcast<f32>(scale[0]) * gradient[j];
  for (var i = 0u; i < p.copies; i++) {
    let at = i * p.size + j;
    let own = share[i * p.width + j % p.width] * g;
${hasMomentum ? "    let m = p.mu * momentum[at] + own;\n    momentum[at] = m;" : ""}
    weight[at] -= p.rate * ${hasMomentum ? (nesterov ? "(own + p.mu * m)" : "m") : "own"};
  }`,
  });
  return [];
}

/** sum_i p_i W_i, in the order of i. */
export function mix(backend: WebGpuBackend, inputs: tf.NamedTensorInfoMap): tf.TensorInfo {
  const [k = 1, ...shape] = given(inputs, "copies").shape;
  const mixed = backend.makeTensorInfo(shape, "float32");
  update(backend, { ...inputs, mixed }, mixed, k, {
    name: "mix",
    reads: ["copies", "p"],
    writes: ["mixed"],
    numbers: {},
    body: `
  var sum = 0.0;
  for (var i = 0u; i < p.copies; i++) { sum = fma(share[i * p.width + j % p.width], copies[i * p.size + j], sum); }
  mixed[j] = sum;`,
  });
  return mixed;
}
