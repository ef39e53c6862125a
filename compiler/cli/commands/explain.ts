// `sop explain [word]`: the page of a word of the language, or of a diagnostic with its example as `sop check` shows it.

import { check } from "../../compile.js";
import { catalog } from "../../diagnostics/catalog.js";
import type { Row } from "../../diagnostics/rows/row.js";
import { renderText } from "../../diagnostics/render-text.js";
import { suggestWord } from "../../diagnostics/synonyms.js";
import { reference, referenceWords } from "../../services/reference.js";
import { Failure } from "../failure.js";
import { fileHost } from "../file-host.js";
import { referenceText } from "../reference-text.js";
import type { Terminal } from "../terminal.js";
import { wrap } from "../wrap.js";

/** Prints one page, or all words and ids. */
export function explainCommand(id: string | undefined, terminal: Terminal): number {
  const host = fileHost();
  const rows: Readonly<Record<string, Pick<Row<never>, "severity" | "page" | "example" | "files">>> = catalog;
  const ids = Object.keys(rows).sort();
  if (id === undefined) {
    const groups = [...referenceWords(host), { title: "diagnostics", words: ids }];
    terminal.out(groups.map(({ title, words }) => `${terminal.strong(title)}\n  ${wrap(words.join(", "), "  ")}\n`).join(""));
    return 0;
  }
  // A heading is copied as it stands: `error[unknown-name]`.
  const bare = id.replace(/^(?:error|warning)?\[(.*)\]:?$/, "$1");
  const page = reference(bare, host);
  if (page !== null) {
    terminal.out(referenceText(page, terminal.strong));
    return 0;
  }
  const row = Object.hasOwn(rows, bare) ? rows[bare] : undefined;
  if (row === undefined) {
    const near = suggestWord(bare, [...referenceWords(host).flatMap(({ words }) => words), ...ids]);
    throw new Failure(`\`${bare.slice(0, 100)}\` is neither a word of the language nor the id of a diagnostic`, near === null ? "See all with `sop explain`." : `Did you mean \`${near}\`? See all with \`sop explain\`.`, 2);
  }
  terminal.out(`${terminal.strong(`${row.severity}[${bare}]`)}\n\n${wrap(row.page)}\n`);
  terminal.out(`\n${terminal.strong("For example:")}\n\n${row.example.trimEnd().replace(/^/gm, "  ")}\n`);
  terminal.out(`\n${renderText(exampleDiagnostics(row), () => row.example)}`);
  return 0;
}

function exampleDiagnostics({ example, files = {} }: { readonly example: string; readonly files?: Readonly<Record<string, string>> }) {
  const host = fileHost();
  // The name that an example which imports itself uses.
  const path = "main.sop";
  const { diagnostics } = check(path, {
    ...host,
    read: (file) => (file === path ? example : file.startsWith("sop:") ? host.read(file) : (files[file] ?? null)),
    package: (name) => (`node_modules/${name}/package.json` in files ? `node_modules/${name}` : null),
  });
  return diagnostics;
}
