// Cases of editors' questions in Markdown, as cases.ts has them: a `# SOURCE` (more files as `# SOURCE name.sop`) with one cursor `‸` in it, or a
// selection `«...»`, and one heading for each question, `# HOVER` or with an argument `# RENAME hidden`, with the answer as text. answers/answers.ts has a line for each.

import { snapshot } from "../../compiler/live/live-program.js";
import { nearestFiles, otherFiles, type OtherFile } from "../../compiler/services/names/exports.js";
import type { Snapshot } from "../../compiler/services/snapshot.js";
import type { Span } from "../../compiler/source/source.js";
import { answers, questionOf } from "./answers/answers.js";
import type { Case, Section } from "./cases.js";
import { memoryHost } from "./host.js";

const main = "main.sop";

/** A question: the program, the file with the marker and what is marked in it; a cursor is a span of no width. */
export interface Question {
  readonly snapshot: Snapshot;
  readonly path: string;
  readonly offset: number;
  readonly selection: Span;
  /** All files of the case, as an editor has those of a folder. */
  readonly sources: readonly string[];
  /** What stands behind the question's name: `hidden` of `# RENAME hidden`. */
  readonly argument: string;
}

/** The case with every answer as it is given now. Throws if a heading has no answer or the marker is missing. */
export async function runServiceCase(given: Case): Promise<Case> {
  const marked = given.sections.filter(isSource).map(({ heading, body }) => read(heading === "SOURCE" ? main : heading.slice("SOURCE ".length), `${body}\n`));
  const taken = snapshot(main, memoryHost(Object.fromEntries(marked.map(({ path, text }) => [path, text]))));
  if (taken === null) throw new Error("the case has no `# SOURCE`");
  const place = marked.find(({ selection }) => selection !== null) ?? { path: main, selection: { start: 0, end: 0 } };
  const selection = place.selection ?? { start: 0, end: 0 };
  const question: Question = { snapshot: taken, path: place.path, offset: selection.end, selection, sources: marked.map(({ path }) => path), argument: "" };
  const sections: Section[] = [];
  for (const section of given.sections) {
    const asked = questionOf(section.heading);
    const answer = answers[asked?.name ?? ""];
    if (isSource(section)) sections.push(section);
    else if (asked === null || answer === undefined) throw new Error(`no question is named \`${section.heading}\``);
    else sections.push({ ...section, body: (await answer({ ...question, argument: asked.argument })).replace(/\n$/, "") });
  }
  if (given.sections.every(isSource)) throw new Error("the case asks nothing");
  return { ...given, sections };
}

/** The text without its markers, and what they mark. */
export function read(path: string, marked: string): { readonly path: string; readonly text: string; readonly selection: Span | null } {
  const text = marked.replace(/[‸«»]/gu, "");
  const cursor = marked.indexOf("‸");
  const [start, end] = [marked.indexOf("«"), marked.indexOf("»")];
  if (cursor >= 0) return { path, text, selection: { start: cursor, end: cursor } };
  return { path, text, selection: start >= 0 && end > start ? { start, end: end - 1 } : null };
}

/** What the other files of the case have for the one that is asked about. */
export function othersOf({ snapshot: { host }, path, sources }: Question): () => readonly OtherFile[] {
  return () => otherFiles(path, nearestFiles(path, sources), host.read);
}

/** `3:5-3:9 "name"`, with the file in front where it is not the open one. */
export function printPlace({ snapshot }: Question, path: string, { start, end }: Span): string {
  const map = snapshot.linesOf(path);
  const [from, to] = [map.position(start), map.position(end)];
  const text = snapshot.textOf(path).slice(start, end);
  const shown = text.includes("\n") ? `${text.slice(0, text.indexOf("\n"))}...` : text;
  return `${path === main ? "" : `${path}:`}${from.line}:${from.column}-${to.line}:${to.column} ${JSON.stringify(shown)}`;
}

function isSource({ heading }: Section): boolean {
  return heading.split(" ")[0] === "SOURCE";
}
