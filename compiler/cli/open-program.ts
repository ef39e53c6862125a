// Checks a file and tells of what was found: the first half of every command that needs a program.

import { check } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { countText, renderText } from "../diagnostics/render-text.js";
import type { SemanticModel } from "../semantics/semantic-model.js";
import { Failure } from "./failure.js";
import { fileHost } from "./file-host.js";
import type { FileHost } from "./file-host.js";
import type { Terminal } from "./terminal.js";

export interface OpenProgram {
  readonly file: string;
  readonly host: FileHost;
  readonly model: SemanticModel;
}

/** Reads and checks a program. Diagnostics go to standard error; errors among them stop the command. */
export function openProgram(file: string, terminal: Terminal): OpenProgram {
  const host = fileHost();
  requireSource(file, host);
  const { value, diagnostics } = check(file, host);
  tell(inOrder(diagnostics, file), host, terminal);
  if (hasErrors(diagnostics)) throw new Failure(`\`${file}\` has ${countText(diagnostics)}`);
  return { file, host, model: value };
}

/** Fails with the reason if a file named on the command line cannot be read. */
export function requireSource(file: string, host: FileHost): string {
  const text = host.read(file);
  if (text !== null) return text;
  throw new Failure(`\`${file}\` cannot be read: ${host.problems.get(file) ?? "it does not exist"}`);
}

/** Diagnostics as one reads: file by file, the checked file first, from top to bottom. */
export function inOrder(diagnostics: readonly Diagnostic[], main: string): readonly Diagnostic[] {
  const files = [...new Set([main, ...diagnostics.map((diagnostic) => diagnostic.origin.file)])];
  return [...diagnostics].sort((a, b) => files.indexOf(a.origin.file) - files.indexOf(b.origin.file) || a.origin.span.start - b.origin.span.start);
}

/** Renders diagnostics to standard error, and why imported files could not be read. */
export function tell(diagnostics: readonly Diagnostic[], host: FileHost, terminal: Terminal): void {
  terminal.err(renderText(diagnostics, host.read, terminal.paint));
  for (const [file, reason] of host.problems) {
    if (reason !== "it does not exist") terminal.err(`${terminal.paint.note("note")}: \`${file}\` cannot be read: ${reason}\n`);
  }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
