// What the compiler says about a program: plain data, rendered elsewhere.

import type { Origin, Span } from "../source/source.js";
import type { DiagnosticId, DiagnosticParams } from "./catalog.js";

export type Severity = "error" | "warning";

/** Another place that explains the message: "`x` is declared here". */
export interface Note {
  readonly origin: Origin;
  readonly message: string;
}

/** A change that would mend the mistake; edits do not overlap and lie in `origin.file`. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

export interface Diagnostic {
  readonly id: DiagnosticId;
  readonly severity: Severity;
  readonly origin: Origin;
  /** One sentence, rendered from the catalogue row and `params`. */
  readonly message: string;
  readonly help: string | null;
  readonly params: Readonly<Record<string, string | number>>;
  readonly notes: readonly Note[];
  readonly fixes: readonly Fix[];
}

/** The result of a phase: a value that is as complete as the program allows, and what was found wrong. */
export interface Checked<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

export type { DiagnosticId, DiagnosticParams };
