// Starting a backend: loaded, made TensorFlow.js's, and compared with numbers known by hand before anything depends on it.

import * as tf from "@tensorflow/tfjs-core";
import { installGradients } from "./gradients.js";
import { UserError } from "../program/errors.js";
import { setStepsAhead } from "./ahead.js";
import { refusedDevice, type Backend, type LoadOptions, type Unavailable } from "./backend.js";
import { selfTest } from "./self-test.js";

/** The backend in use. */
export interface Started {
  readonly name: string;
  readonly device: string;
  readonly memory: string | null;
}

const help = "Use `--backend cpu`.";
/** Steps that a GPU is given before the losses of the first are read: it works while the next ones are prepared. */
const ahead = 8;

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
    const wrong = await selfTest(loaded.isGpu);
    setStepsAhead(loaded.isGpu ? ahead : 1);
    return wrong === null ? { name: backend.name, device: loaded.device, memory: loaded.memory } : { unavailable: `it computes wrong numbers: ${wrong}`, help, isFault: true };
  } catch (error) {
    return { unavailable: `it fails to compute: ${messageOf(error)}`, help, isFault: true };
  }
}

/** The same, as a UserError where it cannot be used. */
export async function startBackend(backend: Backend, options: LoadOptions): Promise<Started> {
  const refused = refusedDevice(backend, options.device);
  const found = refused === null ? await tryBackend(backend, options) : { ...refused, isUsage: true };
  if ("unavailable" in found && found.isUsage === true) throw new UserError(`The backend \`${backend.name}\` cannot be used like this: ${found.unavailable}.`, found.help, 2);
  if ("unavailable" in found) throw new UserError(`The backend \`${backend.name}\` cannot be used here: ${found.unavailable}.`, found.help ?? help);
  return found;
}

/** The first line of what an engine says. */
function messageOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  return line.replace(/\.$/, "");
}
