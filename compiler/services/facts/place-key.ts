// A place as a key of maps.

import type { Origin } from "../../source/source.js";

/** The whole span counts: a pipe and its first value begin at one offset. */
export function placeKey({ file, span }: Origin): string {
  return `${file}:${span.start}:${span.end}`;
}
