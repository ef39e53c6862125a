// Runs of small numbers in Parquet pages (the hybrid of run lengths and packed bits): how long they say they are.

import { PageError } from "./codecs.js";

/** Goes over runs of numbers up to `most` until there are `count` or the bytes end; throws a PageError where one is longer than what is left. */
export function checkRuns(bytes: Uint8Array, start: number, end: number, most: number, count: number): void {
  const width = Math.ceil(Math.log2(most + 1));
  let [at, seen] = [start, 0];
  while (seen < count && at < end) {
    let [head, factor] = [0, 1];
    for (;;) {
      const byte = at < end ? bytes[at++] : undefined;
      if (byte === undefined || factor > 2 ** 28) throw new PageError("a page is damaged");
      head += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) break;
    }
    const half = Math.floor(head / 2);
    const isPacked = head % 2 === 1;
    // Packed ones come in groups of eight, the last of which may be filled up.
    const length = isPacked ? 8 * half : half;
    if (length > count - seen + (isPacked ? 7 : 0)) throw new PageError("a page holds a run that is longer than the page");
    seen += length;
    at += isPacked ? half * width : Math.ceil(width / 8);
  }
}
