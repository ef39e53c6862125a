// What the tests of semantics share: a program checked in memory, its diagnostics as lines.

import { check as checkProgram } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { SemanticModel } from "../../compiler/semantics/semantic-model.js";
import { memoryHost } from "../support/host.js";

/** Checks `source` as `main.sop`, beside other files. */
export function check(source: string, files: Readonly<Record<string, string>> = {}): { readonly value: SemanticModel; readonly diagnostics: readonly Diagnostic[]; readonly lines: readonly string[] } {
  const all = { ...files, "main.sop": source };
  const { value, diagnostics } = checkProgram("main.sop", memoryHost(all));
  return { value, diagnostics, lines: diagnostics.map((diagnostic) => line(diagnostic, all)) };
}

/** `line:column id {params}`, with the file before it where it is not the main one. */
function line({ id, origin, params }: Diagnostic, files: Readonly<Record<string, string>>): string {
  const before = (files[origin.file] ?? "").slice(0, origin.span.start).split("\n");
  const file = origin.file === "main.sop" ? "" : `${origin.file}:`;
  return `${file}${before.length}:${(before[before.length - 1] ?? "").length + 1} ${id} ${JSON.stringify(params)}`;
}

/** A model `Net` over `x: f32[4]` with these lines as its body, and these declarations before it. */
export function net(body: string, before = "", input = "x: f32[4]"): string {
  return `${before}model Net {\n  input ${input}\n${body
    .split("\n")
    .map((text) => `  ${text.trim()}`)
    .join("\n")}\n}\n`;
}

/** The source with the first fix of its only diagnostic applied. */
export function mend(source: string, which = 0): string {
  const { diagnostics } = check(source);
  const [diagnostic] = diagnostics;
  const fix = diagnostic?.fixes[which];
  if (fix === undefined) return source;
  return [...fix.edits].sort((a, b) => b.span.start - a.span.start).reduce((text, { span, text: by }) => text.slice(0, span.start) + by + text.slice(span.end), source);
}
