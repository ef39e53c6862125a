// Text to syntax tree. The only door to the grammar: nothing else of the compiler reads a concrete syntax tree.
// Never throws for what a text contains. Where the text is incomplete, names have no text and values are `missing`.

import { parseCst } from "../../grammar/parse.js";
import type { Checked } from "../diagnostics/diagnostic.js";
import type { SourceFile } from "../source/source.js";
import type { Comment, Program } from "./ast.js";
import { buildDeclarations } from "./build-declarations.js";
import { commentText, docComments, type Building } from "./building.js";
import { checkNames } from "./check-names.js";
import { chooseDiagnostics, describeProblem } from "./syntax-diagnostics.js";

/** The tree of a text and all its mistakes of syntax, in order of position. Without `recover` null if the parser finds one. */
export function buildAst(file: SourceFile, recover: true): Checked<Program>;
export function buildAst(file: SourceFile, recover: boolean): Checked<Program> | null;
export function buildAst(file: SourceFile, recover: boolean): Checked<Program> | null {
  const parsed = parseCst(file.text, recover);
  if (parsed === null) return null;
  const building: Building = { path: file.path, text: file.text, diagnostics: [], docs: docComments(parsed, file.text) };
  const declarations = buildDeclarations(building, parsed.cst);
  const firstImport = declarations.find((declaration) => declaration.kind === "import");
  const program: Program = {
    kind: "program",
    span: { start: 0, end: file.text.length },
    doc: firstImport === undefined ? null : (building.docs.get(firstImport.span.start) ?? null),
    declarations,
    comments: parsed.comments.map(({ start, end, doc, text }): Comment => ({ kind: doc ? "doc-comment" : "comment", span: { start, end }, text: commentText(text) })),
  };
  checkNames(building, program);
  const diagnostics = [...parsed.problems.map((problem) => describeProblem(file, problem)), ...building.diagnostics];
  return { value: program, diagnostics: chooseDiagnostics(file, diagnostics) };
}
