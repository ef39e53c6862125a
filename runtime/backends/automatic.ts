// What `--backend auto` stands for: the fast backend where it loads and computes what it should, else the one that runs everywhere.

import type { Backend, LoadOptions } from "./backend.js";
import { startBackend, tryBackend, type Started } from "./start.js";

/** Two backends of which the first is better and the second runs everywhere. */
export interface Automatic {
  readonly preferred: Backend;
  readonly resort: Backend;
  /** What the first is good for: "to train about 5 times faster". */
  readonly gain: string;
}

/**
 * Starts the preferred backend, or else the last resort; `note` takes the line that says why. A device that was asked for is had or
 * refused: the last resort has none. It has no threads either, and that is not held against it.
 */
export async function startAutomatic({ preferred, resort, gain }: Automatic, options: LoadOptions, note: (line: string) => void): Promise<Started> {
  if (options.device !== null) return startBackend(preferred, options);
  const found = await tryBackend(preferred, options);
  if ("name" in found) return found;
  const started = await startBackend(resort, { device: null, threads: null });
  // Advice to use the last resort is followed already.
  const advice = found.help === null || found.help.includes(`--backend ${resort.name}`) ? "" : ` ${found.help.replace(/\.$/, "")} ${gain}.`;
  note(`backend ${resort.name} instead of ${preferred.name}: ${found.unavailable}.${advice}`);
  return started;
}
