// Memory, in words.

import { totalmem } from "node:os";

/** A number of bytes: `1.5 GiB`. */
export function gibibytes(bytes: number): string {
  const rounded = bytes / 2 ** 30;
  return `${rounded >= 10 ? Math.round(rounded) : Number(rounded.toPrecision(2))} GiB`;
}

/** What processors have. */
export function hostMemory(): string {
  return `${gibibytes(totalmem())} of memory`;
}
