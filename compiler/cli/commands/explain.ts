// `sop explain [id]`: the page of a diagnostic, with its example as `sop check` shows it.

import { check } from "../../compile.js";
import { catalog } from "../../diagnostics/catalog.js";
import type { Row } from "../../diagnostics/rows/row.js";
import { renderText } from "../../diagnostics/render-text.js";
import { suggest } from "../../diagnostics/suggest.js";
import { Failure } from "../failure.js";
import { fileHost } from "../file-host.js";
import type { Terminal } from "../terminal.js";

/** Prints one page, or the list of all ids. */
export function explainCommand(id: string | undefined, terminal: Terminal): number {
  const rows: Readonly<Record<string, Pick<Row<never>, "severity" | "page" | "example">>> = catalog;
  const ids = Object.keys(rows).sort();
  if (id === undefined) {
    const width = Math.max(0, ...ids.map((name) => name.length));
    terminal.out(ids.map((name) => `${name.padEnd(width)}  ${rows[name]?.severity ?? ""}\n`).join(""));
    return 0;
  }
  // A heading is copied as it stands: `error[unknown-name]`.
  const bare = id.replace(/^(?:error|warning)?\[(.*)\]:?$/, "$1");
  const row = Object.hasOwn(rows, bare) ? rows[bare] : undefined;
  if (row === undefined) {
    const near = suggest(bare, ids);
    throw new Failure(`no diagnostic has the id \`${bare.slice(0, 100)}\``, near === null ? "See all with `sop explain`." : `Did you mean \`${near}\`? See all with \`sop explain\`.`, 2);
  }
  terminal.out(`${terminal.strong(`${row.severity}[${bare}]`)}\n\n${wrap(row.page)}\n`);
  terminal.out(`\n${terminal.strong("For example:")}\n\n${row.example.trimEnd().replace(/^/gm, "  ")}\n`);
  terminal.out(`\n${renderText(exampleDiagnostics(row.example), () => row.example)}`);
  return 0;
}

function exampleDiagnostics(example: string) {
  const host = fileHost();
  const path = "example.sop";
  const { diagnostics } = check(path, { ...host, read: (file) => (file === path ? example : file.startsWith("sop:") ? host.read(file) : null) });
  return diagnostics;
}

/** Breaks paragraphs at 100 columns; lines that are indented (code) stay. */
function wrap(page: string): string {
  return page
    .trim()
    .split("\n")
    .map((line) => (/^\s/.test(line) ? line : line.replace(/(?![^\n]{1,100}$)([^\n]{1,100})\s/g, "$1\n")))
    .join("\n");
}
