// Places in source text. Everything that points at text does so with these; lines and columns are computed for display only.

/** A stretch of text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span together with the file it lies in (as the host names the file). */
export interface Origin {
  readonly file: string;
  readonly span: Span;
}

/** One file of source text. `path` is the name by which the host knows it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The smallest span that covers both. */
export function cover(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
