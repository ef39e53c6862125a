// `sop explain [words...]`: the page of a word of the language, or of a diagnostic with its example as `sop check` shows it.

import { check } from "../../compile.js";
import type { Host } from "../../host.js";
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

/** Prints a page for each word, or all words and ids. */
export function explainCommand(words: readonly string[], terminal: Terminal): number {
  const host = fileHost();
  const [first = ""] = words;
  // `fuse from`: what a page shows how to write is one thing, of which the first word has the page.
  const isPhrase = words.length > 1 && reference(first, host)?.entries.some(({ signature }) => signature?.includes(words.join(" ")) === true) === true;
  for (const [index, word] of (isPhrase ? [first] : words).entries()) {
    if (index > 0) terminal.out("\n");
    explain(word, host, terminal);
  }
  if (words.length === 0) listAll(host, terminal);
  return 0;
}

function allIds(): readonly string[] {
  return Object.keys(catalog).sort();
}

function listAll(host: Host, terminal: Terminal): void {
  const groups = [...referenceWords(host), { title: "diagnostics", words: allIds() }];
  terminal.out(groups.map(({ title, words }) => `${terminal.strong(title)}\n  ${wrap(words.join(", "), "  ")}\n`).join(""));
}

function explain(id: string, host: Host, terminal: Terminal): void {
  const rows: Readonly<Record<string, Pick<Row<never>, "severity" | "page" | "example" | "files">>> = catalog;
  // A heading is copied as it stands: `error[unknown-name]`.
  const bare = id.replace(/^(?:error|warning)?\[(.*)\]:?$/, "$1");
  const page = reference(bare, host);
  if (page !== null) {
    terminal.out(referenceText(page, terminal.strong));
    return;
  }
  const row = Object.hasOwn(rows, bare) ? rows[bare] : undefined;
  if (row === undefined) {
    const near = suggestWord(bare, [...referenceWords(host).flatMap(({ words }) => words), ...allIds()]);
    throw new Failure(`\`${bare.slice(0, 100)}\` is neither a word of the language nor the id of a diagnostic`, near === null ? "See all with `sop explain`." : `Did you mean \`${near}\`? See all with \`sop explain\`.`, 2);
  }
  terminal.out(`${terminal.strong(`${row.severity}[${bare}]`)}\n\n${wrap(row.page)}\n`);
  terminal.out(`\n${terminal.strong("For example:")}\n\n${row.example.trimEnd().replace(/^/gm, "  ")}\n`);
  terminal.out(`\n${renderText(exampleDiagnostics(row), () => row.example)}`);
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
