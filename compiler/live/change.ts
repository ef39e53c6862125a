// What one text has that another has not: the stretch between what both begin with and what both end with.

import type { Span } from "../source/source.js";

export interface Change {
  /** In the earlier text. */
  readonly before: Span;
  /** In the later one. */
  readonly after: Span;
}

export function changeBetween(before: string, after: string): Change {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (same < most - start && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same++;
  return { before: { start, end: before.length - same }, after: { start, end: after.length - same } };
}

/** Where a place of the earlier text is in the later one; null if it is, in part, what changed. */
export function moveSpan({ before, after }: Change, { start, end }: Span): Span | null {
  if (end < before.start) return { start, end };
  const by = after.end - before.end;
  return start > before.end ? { start: start + by, end: end + by } : null;
}

/** The other way round. */
export function reversed({ before, after }: Change): Change {
  return { before: after, after: before };
}
