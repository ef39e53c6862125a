// The backends by name, and the choice among them.

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

/** What `auto` chooses from. */
export const automatic: Automatic = { preferred: [cuda, webgpu, onnx], resort: cpu, gain: "to train about 5 times faster" };

/**
 * Loads the backend of that name (`auto` chooses), makes it TensorFlow.js's and tests it. Throws a UserError if that fails. `note` takes the
 * line that says why `auto` chose the last resort; by default no one reads it.
 */
export async function selectBackend(name: string, options: LoadOptions = { device: null, threads: null }, note: (line: string) => void = () => undefined): Promise<Started> {
  return name === "auto" ? startAutomatic(automatic, options, note) : startBackend(backendNamed(name), options);
}

/** Throws a UserError where there is none. */
export function backendNamed(name: string): Backend {
  const backend = backends.find((one) => one.name === name);
  if (backend !== undefined) return backend;
  const names = ["auto", ...backends.map((one) => one.name)];
  const close = nearest(name, names);
  throw new UserError(`There is no backend \`${name}\`; there are ${names.map((one) => `\`${one}\``).join(", ")}.`, close === null ? null : `Write \`--backend ${close}\` if that is meant.`, 2);
}
