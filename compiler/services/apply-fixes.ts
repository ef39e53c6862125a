// Applies fixes that diagnostics carry to the texts they are about. Round after round, since one mistake can hide another, until no fix
// is left that helps. A fix is applied only where it is the one that its diagnostic offers: between alternatives people choose. Whatever a
// fix promises, it is tried: no file ever has more errors after it. Rounds after which as many mistakes are left, since behind each mended
// one another came to light, are kept only if a later one leaves fewer.

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
  /** Fixes that were tried on these texts and not kept, since they would have left as many mistakes or more. */
  readonly refused: readonly Chosen[];
  /** What the last check found. */
  readonly left: readonly Diagnostic[];
}

/** A fix that could be applied, with the diagnostic that offers it. */
export interface Chosen {
  readonly diagnostic: Diagnostic;
  readonly fix: Fix;
}

/** Texts, and what a check says of them. */
interface State {
  readonly texts: ReadonlyMap<string, string>;
  readonly left: readonly Diagnostic[];
}

type Check = (texts: ReadonlyMap<string, string>) => readonly Diagnostic[];

/** So many rounds in a row may leave as many mistakes as there were. */
const mostTrials = 5;

/** Fixes the files in `texts`; `check` gives the diagnostics of a program with these texts in the place of its own. Ends, since of all that is kept fewer mistakes are left. */
export function applyFixes(texts: ReadonlyMap<string, string>, check: Check): FixResult {
  let state: State = { texts, left: check(texts) };
  let applied: readonly AppliedFix[] = [];
  let sure = { ...state, applied };
  for (let trials = 0; ; ) {
    const chosen = choose(state.left, state.texts);
    const round = new Round(state, check);
    round.offer(chosen, helps, chosen.length);
    if (round.kept.length === 0 && trials < mostTrials) round.offer(chosen, harmsNot, 0);
    if (round.kept.length === 0) return { ...sure, refused: choose(sure.left, sure.texts) };
    const before = state.texts;
    applied = [...applied, ...round.kept.map(({ diagnostic, fix }) => ({ diagnostic, fix, before }))];
    state = round.state;
    trials++;
    if (!helps(sure.left, state.left)) continue;
    sure = { ...state, applied };
    trials = 0;
  }
}

/** Fixes of one round, kept as far as they help. */
class Round {
  kept: readonly Chosen[] = [];
  state: State;

  constructor(
    private readonly start: State,
    private readonly check: Check,
  ) {
    this.state = start;
  }

  /** Keeps the fixes if they are `good` and at least `fewest` mistakes fewer are left; else those of its parts that are good, down to single ones; else all if they are good only together. */
  offer(chosen: readonly Chosen[], good: typeof helps, fewest: number): void {
    if (chosen.length === 0) return;
    const [before, kept] = [this.state, this.kept];
    const all = [...kept, ...chosen];
    const texts = edited(this.start.texts, all);
    const next = { texts, left: this.check(texts) };
    const isGood = good(before.left, next.left);
    if (!isGood || before.left.length - next.left.length < fewest) {
      // One that mends may hide one that does harm.
      for (const part of parts(chosen)) this.offer(part, good, Math.min(fewest, part.length));
      if (this.kept !== kept || !isGood) return;
    }
    this.kept = all;
    this.state = next;
  }
}

/** Is there less to mend, and in no file more errors? A warning matters only where no error does. */
function helps(before: readonly Diagnostic[], after: readonly Diagnostic[]): boolean {
  const [had, has] = [errorsByFile(before), errorsByFile(after)];
  if ([...has].some(([file, count]) => count > (had.get(file) ?? 0))) return false;
  const [errorsBefore, errorsAfter] = [total(had), total(has)];
  return errorsAfter < errorsBefore || (errorsAfter === errorsBefore && after.length < before.length);
}

/** Is there no more to mend, in no file? */
function harmsNot(before: readonly Diagnostic[], after: readonly Diagnostic[]): boolean {
  const had = errorsByFile(before);
  return after.length <= before.length && [...errorsByFile(after)].every(([file, count]) => count <= (had.get(file) ?? 0));
}

function errorsByFile(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { severity, origin } of diagnostics) if (severity === "error") counts.set(origin.file, (counts.get(origin.file) ?? 0) + 1);
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Smaller groups of fixes: those of each file, or halves of one file's. None of a single fix. */
function parts(chosen: readonly Chosen[]): readonly (readonly Chosen[])[] {
  if (chosen.length < 2) return [];
  const files = new Set(chosen.map(({ diagnostic }) => diagnostic.origin.file));
  const half = chosen.length >> 1;
  return files.size > 1 ? [...files].map((file) => chosen.filter(({ diagnostic }) => diagnostic.origin.file === file)) : [chosen.slice(0, half), chosen.slice(half)];
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
