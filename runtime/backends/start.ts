// Starting a backend: loaded, made TensorFlow.js's, and compared with numbers known by hand before anything depends on it.

import * as tf from "@tensorflow/tfjs-core";
import { installGradients } from "../gradients.js";
import { UserError } from "../program/errors.js";
import { setStepsAhead } from "./ahead.js";
import { refusedDevice, type Backend, type LoadOptions, type Unavailable } from "./backend.js";

/** The backend in use. */
export interface Started {
  readonly name: string;
  readonly device: string;
  readonly memory: string | null;
}

const help = "Use `--backend cpu`.";

/** Loads a backend, makes it TensorFlow.js's and tests it; or says why it cannot be used here: "it computes wrong numbers: ...". */
export async function tryBackend(backend: Backend, options: LoadOptions): Promise<Started | Unavailable> {
  const loaded = await backend.load(options);
  if ("unavailable" in loaded) return loaded;
  // A package may bring TensorFlow.js's own along.
  installGradients();
  try {
    if (!(await tf.setBackend(loaded.registered))) return { unavailable: "it does not start", help };
    await tf.ready();
  } catch (error) {
    return { unavailable: `it does not start: ${messageOf(error)}`, help, isFault: true };
  }
  try {
    const wrong = await selfTest();
    setStepsAhead(loaded.ahead ?? 1);
    return wrong === null ? { name: backend.name, device: loaded.device, memory: loaded.memory } : { unavailable: `it computes wrong numbers: ${wrong}`, help, isFault: true };
  } catch (error) {
    return { unavailable: `it fails to compute: ${messageOf(error)}`, help, isFault: true };
  }
}

/** The same, as a UserError where it cannot be used. */
export async function startBackend(backend: Backend, options: LoadOptions): Promise<Started> {
  const refused = refusedDevice(backend, options.device);
  if (refused !== null) throw new UserError(`The backend \`${backend.name}\` cannot be used like this: ${refused.unavailable}.`, refused.help, 2);
  const found = await tryBackend(backend, options);
  if ("unavailable" in found) throw new UserError(`The backend \`${backend.name}\` cannot be used here: ${found.unavailable}.`, found.help ?? help);
  return found;
}

/**
 * Compares a product of matrices and a convolution with numbers known by hand; says what is wrong, or null. They are read together: an engine that
 * builds a program for what is read builds only one.
 */
async function selfTest(): Promise<string | null> {
  const both = tf.tidy(() => {
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor2d([1, 0, 2, 1, 0, 3], [3, 2]));
    // Ones through a 2 by 2 filter of 1, 2, 3, 4 with padding: inside 10, at the right 1 + 3, at the bottom 1 + 2, in the corner 1.
    const convolution = tf.conv2d(tf.ones<tf.Rank.R4>([1, 2, 2, 1]), tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]), 1, "same");
    return tf.concat([tf.reshape(product, [4]), tf.reshape(convolution, [4])]);
  });
  const numbers = [...(await both.data())];
  both.dispose();
  const [product, convolution] = [numbers.slice(0, 4).join(), numbers.slice(4).join()];
  if (product !== "5,11,14,23") return `a product of matrices gave ${product}, expected 5,11,14,23`;
  if (convolution !== "10,4,3,1") return `a convolution gave ${convolution}, expected 10,4,3,1`;
  return null;
}

/** The first line of what an engine says. */
function messageOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  return line.replace(/\.$/, "");
}
