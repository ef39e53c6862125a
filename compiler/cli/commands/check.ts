// `sop check <files>`: all diagnostics, as text on standard error or as a document on standard output.

import { check } from "../../compile.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { printable, printableMessage } from "../../diagnostics/printable.js";
import { renderGithub } from "../../diagnostics/render-github.js";
import { renderJson } from "../../diagnostics/render-json.js";
import type { Problem } from "../../diagnostics/render-json.js";
import { renderSarif } from "../../diagnostics/render-sarif.js";
import { countText } from "../../diagnostics/render-text.js";
import { fileHost } from "../file-host.js";
import type { CheckFormat } from "./check-formats.js";
import { onlySource, sourcePath } from "../find-source.js";
import { hasErrors, inOrder, tell } from "../open-program.js";
import { packageVersion } from "../package-root.js";
import type { Terminal } from "../terminal.js";

/** Checks each file; 1 if one has errors or cannot be read. A warning fails nothing. */
export function checkCommand(files: readonly string[], options: { readonly format: CheckFormat }, terminal: Terminal): number {
  const names = files.length > 0 ? [...new Set(files.map(sourcePath))] : [onlySource()];
  const host = fileHost();
  const problems: Problem[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const file of names) {
    if (host.read(file) === null) {
      problems.push({ file, message: `\`${file}\` cannot be read: ${host.problems.get(file) ?? "it does not exist"}` });
      continue;
    }
    for (const diagnostic of inOrder(check(file, host).diagnostics, file)) {
      // A file that several others import is told of once.
      const key = JSON.stringify([diagnostic.id, diagnostic.origin, diagnostic.message]);
      if (!seen.has(key)) diagnostics.push(diagnostic);
      seen.add(key);
    }
  }

  switch (options.format) {
    case "json":
      terminal.out(renderJson(diagnostics, problems, host.read));
      break;
    case "sarif":
      terminal.out(renderSarif(diagnostics, problems, host.read, packageVersion()));
      break;
    case "github":
      terminal.out(renderGithub(diagnostics, problems, host.read));
      break;
    case "text": {
      const imported = new Map([...host.problems].filter(([file]) => !names.includes(file)));
      tell(diagnostics, { ...host, problems: imported }, terminal);
      for (const problem of problems) terminal.err(`${terminal.paint.error("error")}: ${printableMessage(problem.message)}\n`);
      const checked = names.length - problems.length;
      if (checked > 0) terminal.err(`${names.length === 1 ? printable(names[0] ?? "") : checked < names.length ? `${checked} of ${names.length} files` : `${checked} files`}: ${countText(diagnostics)}\n`);
    }
  }
  return problems.length > 0 || hasErrors(diagnostics) ? 1 : 0;
}
