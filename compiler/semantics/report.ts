// Collects diagnostics. The same message at the same place is said once: a loop that is unrolled, or a model that is used
// twice, meets one mistake many times.

import { diagnose } from "../diagnostics/catalog.js";
import type { Diagnostic, DiagnosticId, DiagnosticParams, Fix, Note } from "../diagnostics/diagnostic.js";
import type { Origin } from "../source/source.js";

export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  /** How often an error was reported, repetitions included: tells whether a part of the program has any. */
  readonly errors: () => number;
  /** Are there so many that no more are kept? Then looking for more is a waste. */
  readonly isFull: () => boolean;
  /** Adds a diagnostic unless it stands there already. */
  readonly say: <Id extends DiagnosticId>(id: Id, origin: Origin, params: DiagnosticParams<Id>, more?: ReportDetails) => void;
  readonly add: (diagnostics: readonly Diagnostic[]) => void;
}

export interface ReportDetails {
  readonly notes?: readonly Note[];
  readonly fixes?: readonly Fix[];
  readonly help?: string;
}

/** More than this would help nobody. */
const limit = 500;

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  let errors = 0;
  const push = (diagnostic: Diagnostic): void => {
    if (diagnostic.severity === "error") errors++;
    const key = `${diagnostic.id} ${diagnostic.origin.span.start} ${diagnostic.origin.span.end} ${diagnostic.origin.file}`;
    if (seen.has(key) || diagnostics.length >= limit) return;
    seen.add(key);
    diagnostics.push(diagnostic);
  };
  return {
    diagnostics,
    errors: () => errors,
    isFull: () => diagnostics.length >= limit,
    say: (id, origin, params, more = {}) => push(diagnose(id, origin, params, more)),
    add: (more) => more.forEach(push),
  };
}

/** A fix that replaces the text at `origin`. */
export function replacement(title: string, origin: Origin, text: string): Fix {
  return { title, edits: [{ span: origin.span, text }] };
}
