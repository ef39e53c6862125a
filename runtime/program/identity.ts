// The identity of a run: two runs of one identity give the same numbers on the same backend, so one may go on for the other.

import { createHash } from "node:crypto";
import type { Run } from "./run.js";

/** Goes up whenever the runtime would give other numbers for the same program. */
const numericVersion = 2;

/** Of the program (IR, training clauses, seed), the bytes of its data, the numeric version of the runtime, and identities of the sources. */
export function runIdentity(run: Run, dataHash: string, sources: Readonly<Record<string, string>> = {}): string {
  const from = Object.keys(sources).length === 0 ? [] : [sources];
  return createHash("sha256")
    .update(JSON.stringify([run.identity, dataHash, numericVersion, ...from]))
    .digest("hex");
}
