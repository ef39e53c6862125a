// The edit that imports a name into a file: one home for fixes of mistakes and for what editors offer.

import type { Import } from "../ast/ast.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { resolvePath, type FileScope } from "./files.js";

/** Imports `name` from the file that `from` stands for, as it is written behind `from`. */
export type ImportEdit = (name: string, from: string) => Fix["edits"][number];

/** How names come into a file: into the import of their file that is there, else with a line of their own above all others. */
export function importsInto(file: FileScope): ImportEdit {
  const { path, program, text } = file;
  const imports = program.declarations.filter((node) => node.kind === "import");
  const at = imports[0]?.span.start ?? belowFileComment(text);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const byFile = new Map<string, Import>();
  for (const node of imports) if (node.names.length > 0 && !byFile.has(fileOf(path, node.from.value))) byFile.set(fileOf(path, node.from.value), node);
  const bySpecifier = new Map<string, Import | undefined>();
  return (name, from) => {
    if (!bySpecifier.has(from)) bySpecifier.set(from, byFile.get(fileOf(path, from)));
    const last = bySpecifier.get(from)?.names.at(-1);
    if (last === undefined) return { span: { start: at, end: at }, text: `import { ${name} } from "${from}"${newline}${imports.length === 0 ? newline : ""}` };
    const { end } = (last.alias ?? last.name).span;
    return { span: { start: end, end }, text: `, ${name}` };
  };
}

/** What such an edit is offered as. */
export function importTitle(name: string, from: string): string {
  return `Import \`${name}\` from \`${from}\``;
}

/** One key for all ways to write a file. */
function fileOf(path: string, from: string): string {
  return /^(?:std\/|pkg:)/.test(from) ? from : resolvePath(path, from);
}

/** Where the first line may stand: a comment with an empty line below it is about the file, one without is about the declaration that follows. */
function belowFileComment(text: string): number {
  const [comment] = /^\ufeff?(?:[ \t]*\r?\n)*(?:[ \t]*\/\/[^\n]*\n)+(?:[ \t]*\r?\n)+/.exec(text) ?? [];
  return comment?.length ?? (text.startsWith("\ufeff") ? 1 : 0);
}
