// The canonical form of a program. Relies on the syntax tree and on the text for literals, comments and blank lines; what is kept of the
// writer's own layout are blank lines (at most one) and whether short braces stand on one line.

import type { Program } from "./ast.js";
import { Comments } from "./format/comments.js";
import { concat, hardLine, print } from "./format/doc.js";
import { formatLines } from "./format/format-bodies.js";
import { formatDeclaration } from "./format/format-declarations.js";

/** Columns that a line should keep within. */
const WIDTH = 100;

/** The canonical text of a program without mistakes of syntax; `text` is what it was parsed from. */
export function format(program: Program, text: string): string {
  const formatting = { text, comments: new Comments(text, program.comments) };
  const { opening, lines } = formatLines(formatting, program.declarations, program.span.end, hardLine, (declaration) => formatDeclaration(formatting, declaration));
  const formatted = print(concat(opening, lines), WIDTH);
  return formatted === "" ? "" : `${formatted.trimEnd()}\n`;
}
