// Files that do not change are parsed once: the standard library and what else is imported, by whoever checks several texts in one process,
// such as an editor.

import type { Checked } from "../diagnostics/diagnostic.js";
import type { SourceFile } from "../source/source.js";
import type { Program } from "./ast.js";
import { parse } from "./parse.js";

/** Of so many paths the last text is remembered. */
const MOST = 32;

const known = new Map<string, { readonly text: string; readonly result: Checked<Program> }>();

/** As `parse`; a file whose text is as it was the last time gives the same tree. */
export function parseOnce(file: SourceFile): Checked<Program> {
  const earlier = known.get(file.path);
  known.delete(file.path);
  const result = earlier?.text === file.text ? earlier.result : parse(file);
  // What was asked for last stands last, so that the first is the one to be forgotten.
  known.set(file.path, { text: file.text, result });
  for (const path of known.keys()) {
    if (known.size <= MOST) break;
    known.delete(path);
  }
  return result;
}
