// A program that is being edited. After a keystroke `soon` checks the declarations that it concerns and keeps what was found of all others;
// `complete` checks everything, as `check` does, and says what takes the whole program: warnings about training, what a fusion keeps.

import type { Declaration } from "../ast/ast.js";
import { parseOnce } from "../ast/parse-once.js";
import { SectionParser } from "../ast/parse-sections.js";
import type { Checked, Diagnostic } from "../diagnostics/diagnostic.js";
import { assess } from "../fusion/findings.js";
import { FusedModels } from "../fusion/fused-models.js";
import { fusionInWords } from "../fusion/fusion-in-words.js";
import type { Host } from "../host.js";
import { analyze, analyzePart, inOrder, withoutConsequences, type Observer, type Part } from "../semantics/analyze.js";
import type { FileScope, Parse } from "../semantics/files.js";
import type { SemanticModel } from "../semantics/semantic-model.js";
import { factsBy, type Facts } from "../services/facts/facts.js";
import { takeSnapshot, type Snapshot } from "../services/snapshot.js";
import type { Origin } from "../source/source.js";
import { declaredNames, dependents, reachedFrom, touching } from "./affected.js";
import { changeBetween, moveSpan, reversed, type Change } from "./change.js";

/** What was found of an earlier text, which is as good for what has not changed since. */
interface Base {
  readonly snapshot: Snapshot;
  /** Beside mistakes of syntax and of imports. */
  readonly found: readonly Diagnostic[];
  /** How many parts were checked since everything was. */
  readonly depth: number;
}

/** Changes that lie so far apart, in characters, are checked one after the other and not with all that is between them. */
const FAR = 1000;
/** A file of more characters is told of in two steps when it is opened. */
const LONG = 20_000;
/** After so many parts everything is checked: each answer asks the parts one after the other. */
const DEEPEST = 8;

export class LiveProgram {
  readonly #path: string;
  readonly #host: Host;
  readonly #parser = new SectionParser();
  /** What parts are checked against. */
  #base: Base | null = null;
  /** The part that was checked last. */
  #part: Base | null = null;
  #latest: Snapshot | null = null;
  #isComplete = false;

  constructor(path: string, host: Host) {
    this.#path = path;
    this.#host = host;
  }

  /** Is what is known now all that can be said? */
  get isComplete(): boolean {
    return this.#isComplete && this.#latest !== null;
  }

  /** Has it never been checked completely? */
  get isNew(): boolean {
    return this.#base === null;
  }

  /** Is the file part of the program, as far as is known? */
  holds(path: string): boolean {
    return path === this.#path || this.#base === null || this.#base.snapshot.files.has(path);
  }

  /** Something of the program has changed. */
  changed(): void {
    this.#latest = null;
  }

  /** Files that it reads may be others now: nothing that was found is kept. */
  reset(): void {
    this.#base = null;
    this.#part = null;
    this.#latest = null;
  }

  /** What can be said at once; null where the file cannot be read. */
  soon(): Snapshot | null {
    if (this.#latest !== null) return this.#latest;
    const text = this.#host.read(this.#path);
    if (text === null) return null;
    const base = this.#base;
    if (base === null && text.length > LONG) {
      this.#latest = this.#syntaxOnly();
      return this.#latest;
    }
    // What another file declares may be of consequence anywhere.
    if (base === null || [...base.snapshot.files.keys()].some((path) => path !== this.#path && this.#host.read(path) !== base.snapshot.textOf(path))) return this.complete();
    const change = changeBetween(base.snapshot.textOf(this.#path), text);
    if (change.before.end === change.before.start && change.after.end === change.after.start && base.depth === 0) {
      this.#isComplete = true;
      this.#latest = base.snapshot;
      return this.#latest;
    }
    const part = this.#part;
    const step = part === null ? change : changeBetween(part.snapshot.textOf(this.#path), text);
    if (part !== null && lengthOf(change) > lengthOf(step) + FAR) {
      if (part.depth > DEEPEST) return this.complete();
      this.#base = part;
      this.#part = this.#checkPart(part, step);
    } else this.#part = this.#checkPart(base, change);
    this.#isComplete = false;
    this.#latest = this.#part.snapshot;
    return this.#latest;
  }

  /** All that can be said; null where the file cannot be read. */
  complete(): Snapshot | null {
    if (this.isComplete) return this.#latest;
    if (this.#host.read(this.#path) === null) return null;
    const mistakes = new Set<Diagnostic>();
    const models = new FusedModels();
    const snapshot = takeSnapshot(
      this.#path,
      this.#host,
      (observer) => analyze(this.#path, this.#host, this.#parse, (instance) => assess(models, instance), telling(observer, mistakes)),
      (instance) => fusionInWords(models, instance),
    );
    this.#base = { snapshot, found: snapshot.diagnostics.filter((diagnostic) => !mistakes.has(diagnostic)), depth: 0 };
    this.#part = null;
    this.#latest = snapshot;
    this.#isComplete = true;
    return snapshot;
  }

  /** Mistakes of syntax and of imports, which are the first that can be told of a file that was just opened. */
  #syntaxOnly(): Snapshot {
    const none = new Set<Declaration>();
    const models = new FusedModels();
    return takeSnapshot(
      this.#path,
      this.#host,
      (observer) => analyzePart(this.#path, this.#host, this.#parse, (instance) => assess(models, instance), observer, () => ({ roots: none, reached: none })),
      (instance) => fusionInWords(models, instance),
    );
  }

  readonly #parse: Parse = (file) => (file.path === this.#path ? this.#parser.parse(file) : parseOnce(file));

  #checkPart(base: Base, change: Change): Base {
    const models = new FusedModels();
    const mistakes = new Set<Diagnostic>();
    let files: ReadonlyMap<string, FileScope> = new Map();
    let roots: ReadonlySet<Declaration> = new Set();
    const choose = (loaded: ReadonlyMap<string, FileScope>): Part => {
      files = loaded;
      const opened = loaded.get(this.#path);
      roots = opened === undefined ? roots : this.#roots(base, change, opened);
      return { roots, reached: opened === undefined ? roots : reachedFrom(opened, roots) };
    };
    const snapshot = takeSnapshot(
      this.#path,
      this.#host,
      (observer): Checked<SemanticModel> => {
        const { value, diagnostics } = analyzePart(this.#path, this.#host, this.#parse, (instance) => assess(models, instance), telling(observer, mistakes), choose);
        return { value, diagnostics: merge(diagnostics, withoutConsequences(this.#kept(base, change, files, roots), files), files) };
      },
      (instance) => fusionInWords(models, instance),
    );
    const complete = (): Snapshot => this.complete() ?? snapshot;
    const facts = ({ file, span }: Origin): readonly [Facts, Origin] | null => {
      if (file !== this.#path) return [base.snapshot.facts, { file, span }];
      if (isIn(roots, declarationAt(files.get(file)?.program.declarations ?? [], span.start))) return [snapshot.facts, { file, span }];
      const earlier = moveSpan(reversed(change), span);
      return earlier === null ? null : [base.snapshot.facts, { file, span: earlier }];
    };
    const partial: Snapshot = {
      ...snapshot,
      facts: factsBy(facts),
      get model() {
        return complete().model;
      },
    };
    return { snapshot: partial, found: partial.diagnostics.filter((diagnostic) => !mistakes.has(diagnostic)), depth: base.depth + 1 };
  }

  #roots({ snapshot, found }: Base, { before, after }: Change, { program: { declarations } }: FileScope): ReadonlySet<Declaration> {
    const earlier = snapshot.files.get(this.#path)?.program.declarations ?? [];
    const gone = touching(earlier, before).flatMap(declaredNames);
    const changed = new Set(touching(declarations, after));
    // A mistake may be about a name that is there now, or not any more.
    const [namesBefore, namesNow] = [earlier, declarations].map((all) => all.flatMap(declaredNames).sort().join(" "));
    if (namesBefore !== namesNow) {
      for (const { origin } of found) {
        const span = origin.file === this.#path ? moveSpan({ before, after }, origin.span) : null;
        const declaration = span === null ? undefined : declarationAt(declarations, span.start);
        if (declaration !== undefined) changed.add(declaration);
      }
    }
    return dependents(declarations, changed, gone);
  }

  /** What was found in declarations that need not be checked again, where it stands now. */
  #kept({ found }: Base, change: Change, files: ReadonlyMap<string, FileScope>, roots: ReadonlySet<Declaration>): readonly Diagnostic[] {
    const declarations = files.get(this.#path)?.program.declarations ?? [];
    return found.flatMap((diagnostic) => moveDiagnostic(diagnostic, this.#path, change, (offset) => !isIn(roots, declarationAt(declarations, offset))) ?? []);
  }
}

/** The observer, with mistakes of syntax and of imports put aside. */
function telling(observer: Observer, mistakes: Set<Diagnostic>): Observer {
  return {
    ...observer,
    files: (files, found) => {
      found.forEach((diagnostic) => mistakes.add(diagnostic));
      observer.files(files, found);
    },
  };
}

function lengthOf({ before, after }: Change): number {
  return Math.max(before.end - before.start, after.end - after.start);
}

/** What is known of a program that is looked at once. */
export function snapshot(path: string, host: Host): Snapshot | null {
  return new LiveProgram(path, host).complete();
}

function isIn(roots: ReadonlySet<Declaration>, declaration: Declaration | undefined): boolean {
  return declaration !== undefined && roots.has(declaration);
}

/** The declaration that an offset is in, or comes before. */
function declarationAt(declarations: readonly Declaration[], offset: number): Declaration | undefined {
  let [low, high] = [0, declarations.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offset <= (declarations[middle]?.span.end ?? 0)) high = middle;
    else low = middle + 1;
  }
  return declarations[low];
}

/** The diagnostic where it stands now; null if it, a place that explains it or a fix is in what changed, or at a place that is not to be kept. */
function moveDiagnostic(diagnostic: Diagnostic, path: string, change: Change, isKept: (offset: number) => boolean): Diagnostic | null {
  const place = (origin: Diagnostic["origin"]): Diagnostic["origin"] | null => {
    if (origin.file !== path) return origin;
    const span = moveSpan(change, origin.span);
    return span === null || !isKept(span.start) ? null : { file: path, span };
  };
  const origin = place(diagnostic.origin);
  const notes = diagnostic.notes.flatMap((note) => {
    const moved = place(note.origin);
    return moved === null ? [] : [{ ...note, origin: moved }];
  });
  const fixes = diagnostic.fixes.flatMap((fix) => {
    const edits = fix.edits.flatMap((edit) => {
      const span = diagnostic.origin.file === path ? moveSpan(change, edit.span) : edit.span;
      return span === null ? [] : [{ ...edit, span }];
    });
    return edits.length === fix.edits.length ? [{ ...fix, edits }] : [];
  });
  return origin === null || notes.length < diagnostic.notes.length ? null : { ...diagnostic, origin, notes, fixes };
}

/** What was found now and what is kept, each once. Warnings are for programs without errors. */
function merge(found: readonly Diagnostic[], kept: readonly Diagnostic[], files: ReadonlyMap<string, FileScope>): readonly Diagnostic[] {
  const keyOf = ({ id, origin: { file, span } }: Diagnostic): string => `${id} ${span.start} ${span.end} ${file}`;
  const all = new Map([...kept, ...found].map((diagnostic) => [keyOf(diagnostic), diagnostic]));
  const hasErrors = [...all.values()].some(({ severity }) => severity === "error");
  return inOrder([...all.values()].filter((diagnostic) => !hasErrors || diagnostic.severity === "error" || found.includes(diagnostic)), files);
}
