// Chooses the backend of a worker of the step benchmark, with its threads. A worker is a bundle in a temporary folder: SOP_PACKAGE says
// where the engine's package is looked for.

import { selectBackend } from "../../runtime/index.js";

/** Makes `name` the backend, with the runtime's own kernels; gives its device in words. Throws if it cannot be used. */
export async function useBackend(name: string, threads: number, device: string | null = null): Promise<string> {
  return (await selectBackend(name, { device, threads })).device;
}
