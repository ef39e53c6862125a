// Every message of the compiler. A row has an id (its key), a severity, a message made from typed parameters, and help.
// Rows live in one file per phase; this file joins them and makes diagnostics out of them.

import type { Origin } from "../source/source.js";
import type { Diagnostic, Fix, Note, Severity } from "./diagnostic.js";
import { syntaxRows } from "./rows/syntax.js";
import { nameRows } from "./rows/names.js";
import { shapeRows } from "./rows/shapes.js";
import { optionRows } from "./rows/options.js";
import { trainingRows } from "./rows/training.js";
import { fusionRows } from "./rows/fusion.js";
import { ruleRows } from "./rows/rules.js";
import type { Row } from "./rows/row.js";

const rows = { ...syntaxRows, ...nameRows, ...shapeRows, ...optionRows, ...trainingRows, ...fusionRows, ...ruleRows };

export type Catalog = typeof rows;
export type DiagnosticId = keyof Catalog;
export type DiagnosticParams<Id extends DiagnosticId> = Catalog[Id] extends Row<infer P> ? P : never;

/** All rows by id; `sop explain` and the tests read it. */
export const catalog: { readonly [Id in DiagnosticId]: Row<DiagnosticParams<Id>> } = rows as never;

/** Makes a diagnostic out of a row and its parameters. */
export function diagnose<Id extends DiagnosticId>(
  id: Id,
  origin: Origin,
  params: DiagnosticParams<Id>,
  more: { readonly notes?: readonly Note[]; readonly fixes?: readonly Fix[]; readonly help?: string } = {},
): Diagnostic {
  const row = catalog[id] as Row<DiagnosticParams<Id>>;
  const severity: Severity = row.severity;
  return {
    id,
    severity,
    origin,
    message: row.message(params),
    help: more.help ?? row.help?.(params) ?? null,
    params: params as Readonly<Record<string, string | number>>,
    notes: more.notes ?? [],
    fixes: more.fixes ?? [],
  };
}
