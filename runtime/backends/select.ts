// The backends by name, the choice among them, and the check that a loaded one computes what it should.

import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import type { Backend, LoadedBackend } from "./backend.js";
import { cpu } from "./cpu.js";
import { cuda } from "./cuda.js";
import { onnx } from "./onnx.js";

/** Best first. Another backend is another entry. */
export const backends: readonly Backend[] = [cuda, planned("webgpu", "any current GPU, through Vulkan, Metal or Direct3D 12."), onnx, cpu];

/** What `auto` stands for. */
const automatic = cpu;

function planned(name: string, doc: string): Backend {
  return { name, doc, load: () => Promise.resolve({ unavailable: "it is not part of this version", help: null }) };
}

/** Loads the backend of that name (`auto` chooses), makes it TensorFlow.js's and tests it. Throws a UserError if that fails. */
export async function selectBackend(name: string): Promise<{ readonly name: string; readonly device: string }> {
  const backend = name === "auto" ? automatic : backends.find((one) => one.name === name);
  if (backend === undefined) {
    const names = ["auto", ...backends.map((one) => one.name)];
    const close = nearest(name, names);
    throw new UserError(`There is no backend \`${name}\`; there are ${names.map((one) => `\`${one}\``).join(", ")}.`, close === null ? null : `Write \`--backend ${close}\` if that is meant.`, 2);
  }
  const loaded = await backend.load();
  if ("unavailable" in loaded) throw new UserError(`The backend \`${name}\` cannot be used here: ${loaded.unavailable}.`, loaded.help ?? "Use `--backend cpu`.");
  await use(loaded);
  const wrong = await selfTest();
  if (wrong !== null) throw new UserError(`The backend \`${name}\` computes wrong numbers here: ${wrong}.`, "Use `--backend cpu`.");
  return { name: backend.name, device: loaded.device };
}

async function use(loaded: LoadedBackend): Promise<void> {
  if (!(await tf.setBackend(loaded.registered))) throw new UserError(`The backend \`${loaded.registered}\` does not start.`, "Use `--backend cpu`.");
  await tf.ready();
}

/** Compares a product of matrices and a convolution with numbers known by hand; says what is wrong, or null. */
export async function selfTest(): Promise<string | null> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor2d([1, 0, 2, 1, 0, 3], [3, 2])));
  // Ones through a 2 by 2 filter of 1, 2, 3, 4 with padding: inside 10, at the right 1 + 3, at the bottom 1 + 2, in the corner 1.
  const convolution = tf.tidy(() => tf.conv2d(tf.ones<tf.Rank.R4>([1, 2, 2, 1]), tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]), 1, "same"));
  const found = [[...(await product.data())].join(), [...(await convolution.data())].join()];
  tf.dispose([product, convolution]);
  if (found[0] !== "5,11,14,23") return `a product of matrices gave ${found[0] ?? ""}, expected 5,11,14,23`;
  if (found[1] !== "10,4,3,1") return `a convolution gave ${found[1] ?? ""}, expected 10,4,3,1`;
  return null;
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
