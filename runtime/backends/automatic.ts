// What `--backend auto` stands for: the fastest backend that is installed, loads and computes what it should, else the one that runs everywhere.

import type { Backend, LoadOptions } from "./backend.js";
import { ranked } from "./ranking.js";
import { startBackend, tryBackend, type Started } from "./start.js";

/** Backends that are faster than the last one, which runs everywhere. */
export interface Automatic {
  /** Those on GPUs first; the last one is there on all machines, or should be. */
  readonly preferred: readonly Backend[];
  readonly resort: Backend;
  /** What the last of the preferred is good for: "to train about 5 times faster". */
  readonly gain: string;
}

/**
 * Starts the fastest of the preferred backends, or else the last resort; `note` takes the lines that say why not another one. A device that was asked
 * for is had or refused: the last resort has none. It has no threads either, and that is not held against it.
 */
export async function startAutomatic({ preferred, resort, gain }: Automatic, options: LoadOptions, note: (line: string) => void): Promise<Started> {
  const usual = preferred.at(-1) ?? resort;
  if (options.device !== null) return startBackend([usual, ...preferred].find(({ devices, installed }) => options.device !== null && devices.includes(options.device) && installed() !== null) ?? usual, options);
  const { order, faults } = await ranked(preferred);
  const passed = faults.map(({ backend, reason }) => ({ name: backend.name, reason, advice: "" }));
  for (const backend of order.includes(usual) ? order : [...order, usual]) {
    const found = await tryBackend(backend, { ...options, mustGain: true });
    if ("name" in found) {
      for (const { name, reason } of passed) note(`backend ${found.name} instead of ${name}: ${reason}.`);
      return found;
    }
    // Advice to use the last resort is followed already.
    const advice = found.help === null || found.help.includes(`--backend ${resort.name}`) ? "" : ` ${found.help.replace(/\.$/, "")} ${gain}.`;
    passed.push({ name: backend.name, reason: found.unavailable, advice });
  }
  const started = await startBackend(resort, { device: null, threads: null });
  for (const { name, reason, advice } of passed) note(`backend ${resort.name} instead of ${name}: ${reason}.${advice}`);
  return started;
}
