// A source map by line, version 3: which line of a `.sop` file a line of the program comes from. The lines are found again in the
// formatted text by anchors, pieces of code that follow each other in a known order.

/** Code that a line of the program begins with, and where it comes from. */
export interface Anchor {
  readonly code: string;
  /** Path of the source as the map names it. */
  readonly source: string;
  /** Counted from 1. */
  readonly line: number;
}

/** The map of a text, as JSON. A line without an anchor belongs to the anchor above it. */
export function sourceMap(text: string, file: string, anchors: readonly Anchor[]): string {
  const sources = [...new Set(anchors.map((anchor) => anchor.source))];
  const mappings: string[] = [];
  let next = 0;
  let before = { source: 0, line: 0 };
  let current: { source: number; line: number } | null = null;
  for (const line of text.split("\n")) {
    const anchor = anchors[next];
    if (anchor !== undefined && line.trimStart().startsWith(anchor.code)) {
      current = { source: sources.indexOf(anchor.source), line: anchor.line - 1 };
      next++;
    }
    if (current === null || line.trim() === "") mappings.push("");
    else {
      mappings.push([0, current.source - before.source, current.line - before.line, 0].map(vlq).join(""));
      before = current;
    }
  }
  return JSON.stringify({ version: 3, file, sources, names: [], mappings: mappings.join(";") });
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A number in base 64, variable length, sign in the lowest bit. */
function vlq(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let code = "";
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    code += digits.charAt(rest > 0 ? digit + 32 : digit);
  } while (rest > 0);
  return code;
}
