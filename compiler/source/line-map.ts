// Lines and columns of a text, for display and for formats that want them. A line ends at LF, CR LF or a lone CR.

/** A place for people: both count from 1, columns in UTF-16 units, as editors count them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface LineMap {
  readonly lineCount: number;
  /** The place of an offset; an offset beyond the text is at its end. */
  readonly position: (offset: number) => Position;
  /** Offsets of a line, from 1, without its line break; a line beyond the text is empty at its end. */
  readonly line: (line: number) => { readonly start: number; readonly end: number };
}

/** Finds all line starts once; a position is then a binary search. */
export function lineMap(text: string): LineMap {
  const starts = [0];
  const breaks = /\r\n|\n|\r/g;
  while (breaks.exec(text) !== null) starts.push(breaks.lastIndex);

  const startOf = (line: number): number => starts[line - 1] ?? text.length;

  const position = (offset: number): Position => {
    const at = Number.isNaN(offset) ? 0 : Math.max(0, Math.min(offset, text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (startOf(middle + 1) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - startOf(low + 1) + 1 };
  };

  const line = (number: number): { start: number; end: number } => {
    const start = startOf(number);
    let end = number >= starts.length ? text.length : startOf(number + 1);
    if (number < starts.length) {
      if (end > start && text[end - 1] === "\n") end -= 1;
      if (end > start && text[end - 1] === "\r") end -= 1;
    }
    return { start, end };
  };

  return { lineCount: starts.length, position, line };
}
