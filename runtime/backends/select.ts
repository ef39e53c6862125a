// The backends by name, and the choice among them.

import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import { startAutomatic, type Automatic } from "./automatic.js";
import type { Backend, LoadOptions } from "./backend.js";
import { cpu } from "./cpu.js";
import { cuda } from "./cuda.js";
import { onnx } from "./onnx.js";
import { startBackend, type Started } from "./start.js";
import { webgpu } from "./webgpu.js";

/** Best first. Another backend is another entry. */
export const backends: readonly Backend[] = [cuda, webgpu, onnx, cpu];

/** What `auto` stands for. Another backend that is only there for some machines comes in by name, as `cuda` does. */
export const automatic: Automatic = { preferred: onnx, resort: cpu, gain: "to train about 5 times faster" };

/**
 * Loads the backend of that name (`auto` chooses), makes it TensorFlow.js's and tests it. Throws a UserError if that fails. `note` takes the
 * line that says why `auto` chose the last resort; by default no one reads it.
 */
export async function selectBackend(name: string, options: LoadOptions = { device: null, threads: null }, note: (line: string) => void = () => undefined): Promise<Started> {
  if (name === "auto") return startAutomatic(automatic, options, note);
  const backend = backends.find((one) => one.name === name);
  if (backend !== undefined) return startBackend(backend, options);
  const names = ["auto", ...backends.map((one) => one.name)];
  const close = nearest(name, names);
  throw new UserError(`There is no backend \`${name}\`; there are ${names.map((one) => `\`${one}\``).join(", ")}.`, close === null ? null : `Write \`--backend ${close}\` if that is meant.`, 2);
}

/** Speed of matrix products in GFLOP/s, over about a fifth of a second. */
export async function speed(size: number = 256): Promise<number> {
  const [left, right] = [tf.ones([size, size]), tf.ones([size, size])];
  const multiply = async (): Promise<void> => {
    const product = tf.matMul(left, right);
    await product.data();
    product.dispose();
  };
  await multiply();
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < 200) {
    await multiply();
    count++;
  }
  const seconds = (performance.now() - started) / 1000;
  tf.dispose([left, right]);
  return (2 * size ** 3 * count) / seconds / 1e9;
}
