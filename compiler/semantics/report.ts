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
  /** Puts what was reported since there were `from` diagnostics somewhere else, or takes it back where `move` gives null; it counts as before. */
  readonly relocate: (from: number, move: (diagnostic: Diagnostic) => Diagnostic | null) => void;
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
  const keyOf = ({ id, origin: { file, span } }: Diagnostic): string => `${id} ${span.start} ${span.end} ${file}`;
  const keep = (diagnostic: Diagnostic): void => {
    const key = keyOf(diagnostic);
    if (seen.has(key) || diagnostics.length >= limit) return;
    seen.add(key);
    diagnostics.push(diagnostic);
  };
  const push = (diagnostic: Diagnostic): void => {
    if (diagnostic.severity === "error") errors++;
    keep(diagnostic);
  };
  return {
    diagnostics,
    errors: () => errors,
    isFull: () => diagnostics.length >= limit,
    say: (id, origin, params, more = {}) => push(diagnose(id, origin, params, more)),
    add: (more) => more.forEach(push),
    relocate: (from, move) => {
      for (const diagnostic of diagnostics.splice(from)) {
        const moved = move(diagnostic);
        if (moved !== diagnostic) seen.delete(keyOf(diagnostic));
        if (moved === diagnostic) diagnostics.push(diagnostic);
        else if (moved !== null) keep(moved);
      }
    },
  };
}

/** Where nobody listens: what is said is said elsewhere, too. */
export const unheard: Report = {
  diagnostics: [],
  errors: () => 0,
  isFull: () => false,
  say: () => undefined,
  add: () => undefined,
  relocate: () => undefined,
};

/** A fix that replaces the text at `origin`. */
export function replacement(title: string, origin: Origin, text: string): Fix {
  return { title, edits: [{ span: origin.span, text }] };
}
