// `sop fmt`: prints files in the canonical form. A file with syntax errors is told of and left as it is.

import { isUtf8 } from "node:buffer";
import { readSync } from "node:fs";
import { parse } from "../../ast/parse.js";
import { format } from "../../ast/format.js";
import { printableMessage } from "../../diagnostics/printable.js";
import { renderText } from "../../diagnostics/render-text.js";
import { Failure, withFiles } from "../failure.js";
import { fileHost, LARGEST_SOURCE } from "../file-host.js";
import { onlySource, sourcePath } from "../find-source.js";
import { hasErrors } from "../open-program.js";
import type { Terminal } from "../terminal.js";
import { writeFile } from "../write-file.js";

export interface FmtOptions {
  readonly check: boolean;
  readonly stdin: boolean;
}

/** Rewrites files and names the changed ones; with `check` names those that would change and returns 1 for them. */
export function fmtCommand(files: readonly string[], options: FmtOptions, terminal: Terminal): number {
  if (options.stdin) {
    if (files.length > 0) throw new Failure("`--stdin` takes no files", "Give either files or `--stdin`.", 2);
    return formatStandardInput(options.check, terminal);
  }
  const host = fileHost();
  let failed = false;
  for (const file of files.length > 0 ? files.map(sourcePath) : [onlySource()]) {
    const text = host.read(file);
    if (text === null) {
      terminal.err(`${terminal.paint.error("error")}: ${printableMessage(`\`${file}\` cannot be read: ${host.problems.get(file) ?? "it does not exist"}`)}\n`);
      failed = true;
      continue;
    }
    const formatted = formatText(file, text, terminal);
    if (formatted === null) failed = true;
    else if (formatted !== text) {
      if (options.check) failed = true;
      else writeFile(file, formatted);
      terminal.out(`${file}\n`);
    }
  }
  return failed ? 1 : 0;
}

function formatStandardInput(isCheck: boolean, terminal: Terminal): number {
  const text = withFiles("standard input cannot be read", null, standardInput);
  const formatted = formatText("<stdin>", text, terminal);
  if (formatted === null) return 1;
  if (!isCheck) terminal.out(formatted);
  return isCheck && formatted !== text ? 1 : 0;
}

/** Standard input as text, under the same limits as a file. */
function standardInput(): string {
  const parts: Buffer[] = [];
  for (let size = 0; ; ) {
    const part = Buffer.alloc(1 << 16);
    const length = readSync(0, part);
    if (length === 0) break;
    size += length;
    if (size > LARGEST_SOURCE) throw new Failure(`standard input has more than the ${LARGEST_SOURCE} bytes that a source file may have`);
    parts.push(part.subarray(0, length));
  }
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) throw new Failure("standard input is not UTF-8 text");
  return new TextDecoder("utf-8").decode(bytes);
}

/** The canonical form, or null after telling of syntax errors. */
function formatText(path: string, text: string, terminal: Terminal): string | null {
  const { value, diagnostics } = parse({ path, text });
  if (hasErrors(diagnostics)) {
    terminal.err(renderText(diagnostics, () => text, terminal.paint));
    return null;
  }
  return format(value, text);
}
