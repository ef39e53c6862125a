// How large a node is drawn and what it says. The letters are of a typewriter's kind, so that the width of a line is known without a
// font: such fonts are 0.55 to 0.61 of their size wide.

import { displayWidth, printable } from "../../diagnostics/printable.js";
import { linesOf, type GraphNode } from "../graph-view.js";

export const FONT_SIZE = 12;
export const LINE_HEIGHT = 16;
const COLUMN = 0.62 * FONT_SIZE;
const LONGEST_LINE = 34;
const PADDING = { x: 12, y: 8 };
/** How far a kernel set's second and third sheet stand out. */
export const SHEET = 3;

export interface NodeBox {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** The box of a node: its lines, shortened, and a size that holds them. */
export function nodeBox(node: GraphNode): NodeBox {
  const lines = linesOf(node).map((line) => shortened(line, LONGEST_LINE));
  const sheets = node.copies > 1 ? 2 * SHEET : 0;
  // The round ends of inputs, outputs and operators take some of the width.
  const ends = node.kind === "layer" ? 0 : 8;
  return { lines, width: Math.max(56, ...lines.map(widthOf)) + 2 * (PADDING.x + ends) + sheets, height: lines.length * LINE_HEIGHT + 2 * PADDING.y + sheets };
}

/** Pixels that a line of text takes at most. */
export function widthOf(text: string): number {
  return Math.ceil(displayWidth(text) * COLUMN);
}

/** A line of at most so many columns: both ends, with dots between; nothing in it moves or hides the rest. */
export function shortened(text: string, columns: number): string {
  const clean = printable(text);
  if (displayWidth(clean) <= columns) return clean;
  const letters = [...clean];
  const end = taken(letters.toReversed(), Math.floor(columns / 3)).toReversed();
  return `${taken(letters, columns - 1 - displayWidth(end.join(""))).join("")}…${end.join("")}`;
}

function taken(letters: readonly string[], columns: number): readonly string[] {
  let width = 0;
  const end = letters.findIndex((letter) => (width += displayWidth(letter)) > columns);
  return end < 0 ? letters : letters.slice(0, end);
}
