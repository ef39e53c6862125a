// Applies fixes that diagnostics carry to the texts they are about. Round after round, since one mistake can hide another, until no fix
// is left. A fix is applied only where it is the one that its diagnostic offers: between alternatives people choose.

import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import type { Span } from "../source/source.js";

/** A fix that was applied, with the text that it was applied to. */
export interface AppliedFix {
  readonly diagnostic: Diagnostic;
  readonly fix: Fix;
  /** Texts of the files as they were in its round. */
  readonly before: ReadonlyMap<string, string>;
}

export interface FixResult {
  /** The texts after all rounds, by file. */
  readonly texts: ReadonlyMap<string, string>;
  readonly applied: readonly AppliedFix[];
  /** What the last check found. */
  readonly left: readonly Diagnostic[];
}

/** More rounds than any program needs: a bound for fixes that bring each other back. */
const mostRounds = 20;

/** Fixes the files in `texts`; `check` gives the diagnostics of a program with these texts in the place of its own. */
export function applyFixes(texts: ReadonlyMap<string, string>, check: (texts: ReadonlyMap<string, string>) => readonly Diagnostic[]): FixResult {
  let current = texts;
  const applied: AppliedFix[] = [];
  const seen = new Set([keyOf(texts)]);
  for (let round = 0; ; round++) {
    const left = check(current);
    const chosen = choose(left, current);
    const next = edited(current, chosen);
    if (chosen.length === 0 || round === mostRounds || seen.has(keyOf(next))) return { texts: current, applied, left };
    const before = current;
    applied.push(...chosen.map(({ diagnostic, fix }) => ({ diagnostic, fix, before })));
    seen.add(keyOf(next));
    current = next;
  }
}

interface Chosen {
  readonly diagnostic: Diagnostic;
  readonly fix: Fix;
}

/** Fixes whose edits touch no other's, first come first served: errors before warnings, then in order of position. */
function choose(diagnostics: readonly Diagnostic[], texts: ReadonlyMap<string, string>): readonly Chosen[] {
  const taken = new Map<string, Span[]>();
  const chosen: Chosen[] = [];
  const ranked = [...diagnostics].sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning") || a.origin.span.start - b.origin.span.start);
  for (const diagnostic of ranked) {
    const [fix, ...others] = diagnostic.fixes;
    const text = texts.get(diagnostic.origin.file);
    if (fix === undefined || others.length > 0 || text === undefined || !changes(fix, text)) continue;
    const spans = taken.get(diagnostic.origin.file) ?? [];
    if (fix.edits.some(({ span }) => spans.some((other) => touches(span, other)))) continue;
    taken.set(diagnostic.origin.file, [...spans, ...fix.edits.map(({ span }) => span)]);
    chosen.push({ diagnostic, fix });
  }
  return chosen;
}

function changes({ edits }: Fix, text: string): boolean {
  return edits.some(({ span, text: by }) => text.slice(span.start, span.end) !== by);
}

/** Two insertions at one place have no order, and edits side by side may have been meant for what stood between them. */
function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}

function edited(texts: ReadonlyMap<string, string>, chosen: readonly Chosen[]): ReadonlyMap<string, string> {
  const next = new Map(texts);
  const edits = chosen.flatMap(({ diagnostic, fix }) => fix.edits.map((edit) => ({ ...edit, file: diagnostic.origin.file })));
  // From the end, so that earlier places stay where they are.
  for (const { file, span, text } of edits.sort((a, b) => b.span.start - a.span.start)) {
    const old = next.get(file) ?? "";
    next.set(file, old.slice(0, span.start) + text + old.slice(span.end));
  }
  return next;
}

function keyOf(texts: ReadonlyMap<string, string>): string {
  return JSON.stringify([...texts]);
}
