// Text to syntax tree, as everybody asks for it. A text with a mistake is read declaration by declaration, so that one that is broken costs no other.

import type { Checked } from "../diagnostics/diagnostic.js";
import type { SourceFile } from "../source/source.js";
import type { Program } from "./ast.js";
import { buildAst } from "./build-ast.js";
import { SectionParser } from "./parse-sections.js";

/** Parses a file; all mistakes of syntax at once, in order of position. */
export function parse(file: SourceFile): Checked<Program> {
  const whole = buildAst(file, false);
  return whole !== null && whole.diagnostics.length === 0 ? whole : new SectionParser().parse(file);
}
