// Parses a text that was parsed before with little changed: sections whose text is known are taken from memory, moved to where they stand now.
// Gives what `parse` gives.

import { MAX_CHARACTERS } from "../../grammar/parse.js";
import type { Checked, Diagnostic } from "../diagnostics/diagnostic.js";
import type { SourceFile, Span } from "../source/source.js";
import type { Declaration, Program } from "./ast.js";
import { buildAst } from "./build-ast.js";
import { sectionStarts } from "./sections.js";

interface Section {
  readonly text: string;
  readonly parsed: Checked<Program>;
  /** The same for one other place of the section than the beginning of a text: the last that was asked for. */
  moved: { readonly by: number; readonly parsed: Checked<Program> } | null;
}

/** What is told once for a whole text, or limits all of it. */
const ofWholeTexts: ReadonlySet<string> = new Set(["reserved-name", "unusable-name", "text-too-long", "nesting-too-deep", "expression-too-long", "too-many-mistakes"]);
/** Beyond so many mistakes those that are told are chosen. */
const MOST_MISTAKES = 50;

/** Parses one file again and again. */
export class SectionParser {
  #sections = new Map<string, Section>();

  parse(file: SourceFile): Checked<Program> {
    if (file.text.length > MAX_CHARACTERS) return buildAst(file, true);
    const starts = sectionStarts(file.text);
    const known = this.#sections;
    // What is not in the text any more is forgotten.
    this.#sections = new Map();
    const parts = starts.map((start, index) => {
      const text = file.text.slice(start, starts[index + 1] ?? file.text.length);
      const section: Section = this.#sections.get(text) ?? known.get(text) ?? { text, parsed: buildAst({ path: file.path, text }, true), moved: null };
      this.#sections.set(text, section);
      return at(section, start);
    });
    const diagnostics = parts.flatMap((part) => part.diagnostics);
    if (diagnostics.length > MOST_MISTAKES || diagnostics.some(({ id }) => ofWholeTexts.has(id))) return buildAst(file, true);
    const declarations = parts.flatMap(({ value }) => value.declarations);
    const doc = parts.find(({ value }) => value.declarations.some(({ kind }) => kind === "import"))?.value.doc ?? null;
    return { value: { kind: "program", span: { start: 0, end: file.text.length }, doc, declarations, comments: parts.flatMap(({ value }) => value.comments) }, diagnostics };
  }
}

function at(section: Section, offset: number): Checked<Program> {
  if (offset === 0) return section.parsed;
  if (section.moved?.by !== offset) {
    const { declarations, ...others } = section.parsed.value;
    const value: Program = { ...moved(others, offset), declarations: declarations.map((declaration) => movedDeclaration(declaration, offset)) };
    section.moved = { by: offset, parsed: { value, diagnostics: section.parsed.diagnostics.map((diagnostic) => movedDiagnostic(diagnostic, offset)) } };
  }
  return section.moved.parsed;
}

const originals = new WeakMap<Declaration, Declaration>();

/** The declaration that this one is a moved copy of: what is found in it, places aside, need not be found again. */
export function originalOf(declaration: Declaration): Declaration {
  return originals.get(declaration) ?? declaration;
}

/** A declaration with other offsets. What is in it is moved when somebody looks: after a keystroke most declarations are in other places, and few of them of interest. */
function movedDeclaration(declaration: Declaration, by: number): Declaration {
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(declaration)) {
    if (key === "span" || key === "name" || typeof part !== "object" || part === null) copy[key] = key === "span" ? movedSpan(declaration.span, by) : moved(part, by);
    else {
      const set = (value: unknown): void => void Object.defineProperty(copy, key, { value, enumerable: true });
      Object.defineProperty(copy, key, {
        enumerable: true,
        configurable: true,
        get: () => {
          const value: unknown = moved(part, by);
          set(value);
          return value;
        },
      });
    }
  }
  const result = copy as unknown as Declaration;
  originals.set(result, declaration);
  return result;
}

/** A tree with other offsets: every object of it that has a `span`, and what is between. */
function moved<T>(node: T, by: number): T {
  if (Array.isArray(node)) return node.map((part: unknown) => moved(part, by)) as T;
  if (typeof node !== "object" || node === null) return node;
  const copy: Record<string, unknown> = {};
  for (const key in node) {
    const part: unknown = node[key];
    copy[key] = key === "span" ? movedSpan(part as Span, by) : typeof part === "object" && part !== null ? moved(part, by) : part;
  }
  return copy as T;
}

function movedSpan({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

/** A diagnostic of one file with other offsets. */
export function movedDiagnostic(diagnostic: Diagnostic, by: number): Diagnostic {
  const { origin, notes, fixes } = diagnostic;
  return {
    ...diagnostic,
    origin: { file: origin.file, span: movedSpan(origin.span, by) },
    notes: notes.map((note) => ({ ...note, origin: { file: note.origin.file, span: movedSpan(note.origin.span, by) } })),
    fixes: fixes.map((fix) => ({ ...fix, edits: fix.edits.map((edit) => ({ ...edit, span: movedSpan(edit.span, by) })) })),
  };
}
