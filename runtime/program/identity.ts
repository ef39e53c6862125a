// The identity of a run: two runs of one identity give the same numbers on the same backend, so one may go on for the other.

import { createHash } from "node:crypto";
import type { Run } from "./run.js";

/** Goes up whenever the runtime would give other numbers for the same program. */
const numericVersion = 2;

/** Of the program (IR, training clauses, seed), the bytes of its data and the numeric version of the runtime. */
export function runIdentity(run: Run, dataHash: string): string {
  return createHash("sha256")
    .update(JSON.stringify([run.identity, dataHash, numericVersion]))
    .digest("hex");
}
