// `sop fix [files...]`: applies the fixes that diagnostics carry to the named files and shows each. All files are written when all
// fixes are known, each in one go; a file that changed in the meantime is left alone. A fix that would leave no fewer mistakes is told of and not made.

import { check } from "../../compile.js";
import { printable, printableMessage } from "../../diagnostics/printable.js";
import { countText, renderFix, renderRefusal } from "../../diagnostics/render-text.js";
import { applyFixes } from "../../services/apply-fixes.js";
import { Failure } from "../failure.js";
import { fileHost } from "../file-host.js";
import { onlySource, sourcePath } from "../find-source.js";
import { hasErrors, inOrder, requireSource } from "../open-program.js";
import type { Terminal } from "../terminal.js";
import { writeFile } from "../write-file.js";

/** Fixes files, or with `dryRun` shows what it would do; 1 if errors are left. */
export function fixCommand(files: readonly string[], options: { readonly dryRun: boolean }, terminal: Terminal): number {
  const names = files.length > 0 ? [...new Set(files.map(sourcePath))] : [onlySource()];
  const host = fileHost();
  const texts = new Map(names.map((name) => [name, requireSource(name, host)]));
  const result = applyFixes(texts, (current) => {
    const edited = { ...host, read: (path: string) => current.get(path) ?? host.read(path) };
    const seen = new Set<string>();
    return names.flatMap((name) => inOrder(check(name, edited).diagnostics, name)).filter((diagnostic) => {
      const key = JSON.stringify([diagnostic.id, diagnostic.origin]);
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
  });
  for (const { diagnostic, fix, before } of result.applied) terminal.out(renderFix(diagnostic, fix, (path) => before.get(path) ?? null));
  for (const { diagnostic, fix } of result.refused) terminal.err(renderRefusal(diagnostic, fix, (path) => result.texts.get(path) ?? null));
  if (!options.dryRun) {
    const now = fileHost();
    const changed = [...result.texts].filter(([name, text]) => text !== texts.get(name));
    for (const [name] of changed) if (now.read(name) !== texts.get(name)) throw new Failure(`\`${name}\` changed while it was being fixed`, "Run `sop fix` again.");
    for (const [name, text] of changed) writeFile(name, text);
  }
  const count = result.applied.length;
  const done = `${count} ${count === 1 ? "fix" : "fixes"} ${options.dryRun ? "found" : "applied"}`;
  terminal.err(`${names.length === 1 ? printable(names[0] ?? "") : `${names.length} files`}: ${done}; left: ${countText(result.left)}\n`);
  const choices = result.left.filter(({ fixes }) => fixes.length > 1).length;
  if (choices > 0) terminal.err(`${terminal.paint.help("help")}: ${printableMessage(`${choices} of these ${choices === 1 ? "has" : "have"} several ways to mend: see \`sop check\`.`)}\n`);
  return hasErrors(result.left) ? 1 : 0;
}
