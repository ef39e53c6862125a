// A fusion whose sizes do not add up, mended by other sizes: of the target, or of its sources. Which options are widths is found by trying: a
// change is offered when the checker finds nothing wrong with it.

import type { Argument, Call, Declaration, Expression, Fuse, Model, Path } from "../../ast/ast.js";
import { sectionStarts } from "../../ast/sections.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { optionParameters } from "../../semantics/callables.js";
import type { FileScope } from "../../semantics/files.js";
import { instanceOf } from "../../semantics/fusion/source-instance.js";
import type { Instance, Start } from "../../semantics/semantic-model.js";
import type { Span } from "../../source/source.js";
import type { Edit } from "../formatting.js";
import { calledIn } from "../names/callees.js";
import { calledModel } from "../names/members.js";
import type { Snapshot } from "../snapshot.js";
import type { Refactoring } from "./refactoring.js";
import { changeOf, rewritten } from "./rewritten.js";

type Check = (texts: ReadonlyMap<string, string>) => readonly Diagnostic[];

/** What is wrong with a fusion that other sizes may mend. */
const aboutSizes: ReadonlySet<string> = new Set(["fuse-sizes", "fuse-fixed-axis", "fuse-groups-differ", "fuse-graphs-differ", "fuse-layout-conflict", "fuse-outer-product"]);
/** So many changes are tried: each checks the program. */
const mostTrials = 12;

/** One number of sources and target. */
interface Count {
  readonly name: string;
  readonly target: number;
  readonly sources: readonly number[];
}

interface Offer {
  readonly title: string;
  readonly after: string;
}

const known = new WeakMap<Snapshot, Map<Model, readonly Offer[]>>();

/** Changes that make the fusion at a place possible; none where nothing is wrong with it. */
export function makeFusable(snapshot: Snapshot, file: FileScope, { start, end }: Span, check: Check): readonly Refactoring[] {
  const node = file.program.declarations.find(({ span }) => span.start <= start && end <= span.end);
  if (node?.kind !== "model" || node.definition.kind !== "instance" || node.definition.fuse === null) return [];
  const { fuse } = node.definition;
  const wrong = snapshot.diagnostics.filter((diagnostic) => isAbout(diagnostic, file.path, node.span));
  if (wrong.length === 0) return [];
  const text = snapshot.textOf(file.path);
  return offersFor(snapshot, file, node, fuse, check).map(({ title, after }, i) => ({ id: `fusable ${i}`, title, kind: "refactor.rewrite", fixes: wrong, change: () => changeOf(file.path, text, after) }));
}

function isAbout({ id, origin }: Diagnostic, path: string, span: Span): boolean {
  return aboutSizes.has(id) && origin.file === path && origin.span.start < span.end && origin.span.end > span.start;
}

// An editor asks at each move of the cursor.
function offersFor(snapshot: Snapshot, file: FileScope, node: Model, fuse: Fuse, check: Check): readonly Offer[] {
  const offers = known.get(snapshot) ?? new Map<Model, readonly Offer[]>();
  known.set(snapshot, offers);
  const found = offers.get(node) ?? findOffers(snapshot, file, node, fuse, check);
  offers.set(node, found);
  return found;
}

function findOffers(snapshot: Snapshot, file: FileScope, node: Model, fuse: Fuse, check: Check): readonly Offer[] {
  const start = snapshot.model.instances.flatMap(({ starts = [] }) => starts).find(({ fusion: { origin } }) => origin.file === file.path && origin.span.start === fuse.span.start);
  if (start === undefined || node.definition.kind !== "instance") return [];
  const target = sizedCall(file, node.definition.call);
  if (target === null) return [];
  const counts = countsOf(start);
  const subsets = subsetsOf(counts, target);
  const { path } = file;
  const text = snapshot.textOf(path);
  const errors = errorsIn(snapshot.diagnostics);
  const tryAll = (changes: readonly (Omit<Offer, "after"> & { readonly edits: readonly Edit[] })[]): readonly Offer[] => {
    let second: Offer | null = null;
    for (const { title, edits } of changes.slice(0, mostTrials)) {
      const after = rewritten(path, text, edits);
      const found = check(new Map([[path, after]]));
      const own = sectionOf(after, node.name.text);
      if (errorsIn(found) >= errors || found.some((diagnostic) => isAbout(diagnostic, path, own))) continue;
      // Where the outputs are the mean of the sources' is better.
      if (!found.some(({ id }) => id === "fuse-not-mean")) return [{ title, after }];
      second ??= { title, after };
    }
    return second === null ? [] : [second];
  };
  return [...tryAll(targetChanges(node, counts, subsets, target)), ...tryAll(sourceChanges(file, start, counts, subsets))];
}

/** Where a model is declared in a text. */
function sectionOf(text: string, name: string): Span {
  const at = text.search(new RegExp(`^model[ \\t]+${name}\\b`, "m"));
  return { start: at, end: sectionStarts(text).find((start) => start > at) ?? text.length };
}

function errorsIn(diagnostics: readonly Diagnostic[]): number {
  return diagnostics.filter(({ severity }) => severity === "error").length;
}

/** Whole numbers that target and sources have. */
function countsOf({ target, fusion }: Start): readonly Count[] {
  const sources = fusion.sources.map(instanceOf);
  return target.args.flatMap(({ name, value }): Count[] => {
    const given = sources.map((source) => numberOf(source, name));
    const isCount = typeof value === "number" && Number.isInteger(value) && given.every((each) => each !== null);
    return isCount ? [{ name, target: value, sources: given.filter((each) => each !== null) }] : [];
  });
}

function numberOf({ args }: Instance, name: string): number | null {
  const value = args.find((arg) => arg.name === name)?.value;
  return typeof value === "number" && Number.isInteger(value) ? value : null;
}

/** A call of a model with the arguments by option. */
interface SizedCall {
  readonly call: Call | Path;
  readonly given: ReadonlyMap<string, Argument>;
}

function sizedCall(file: FileScope, expression: Expression): SizedCall | null {
  const call = calledIn(expression);
  const model = calledModel(file, expression);
  if (call === null || model === null) return null;
  const required = optionParameters(model.node).filter((param) => param.default === null);
  let position = 0;
  const given = new Map<string, Argument>();
  for (const argument of call.kind === "call" ? (call.arguments ?? []) : []) {
    const name = argument.name?.text ?? required[position++]?.name.text;
    if (name !== undefined) given.set(name, argument);
  }
  return { call, given };
}

/** Which numbers grow, the likely ones first: those in which the target differs from its sources as it is written. */
function subsetsOf(counts: readonly Count[], { given }: SizedCall): readonly ReadonlySet<Count>[] {
  const isCommon = ({ sources }: Count): boolean => sources.every((source) => source === sources[0]);
  const must = counts.filter((count) => !isCommon(count));
  const may = counts.filter(isCommon).slice(0, 7);
  const written = new Set(may.filter(({ name, target, sources }) => given.has(name) && target !== sources[0]));
  const all = Array.from({ length: 2 ** may.length }, (_, bits) => may.filter((_count, i) => (bits >> i) % 2 === 1));
  const strangeness = (subset: readonly Count[]): number => may.filter((count) => written.has(count) !== subset.includes(count)).length;
  return all
    .sort((a, b) => strangeness(a) - strangeness(b) || a.length - b.length)
    .map((subset) => new Set([...must, ...subset]))
    .filter((subset) => subset.size > 0);
}

function targetChanges(node: Model, counts: readonly Count[], subsets: readonly ReadonlySet<Count>[], target: SizedCall): readonly { readonly title: string; readonly edits: readonly Edit[] }[] {
  return subsets.flatMap((subset) => {
    const wanted = counts.flatMap((count): [string, number][] => {
      const value = subset.has(count) ? count.sources.reduce((sum, size) => sum + size, 0) : (count.sources[0] ?? 0);
      // What follows from other options is left to do so.
      return value !== count.target && (subset.has(count) || target.given.has(count.name)) ? [[count.name, value]] : [];
    });
    return wanted.length === 0 ? [] : [{ title: `Make \`${node.name.text}\` as wide as its sources together: \`${written(wanted)}\``, edits: editsFor(target, wanted) }];
  });
}

/** Each source gets its share; sources are runs of the file. */
function sourceChanges(file: FileScope, { fusion }: Start, counts: readonly Count[], subsets: readonly ReadonlySet<Count>[]): readonly { readonly title: string; readonly edits: readonly Edit[] }[] {
  const runs = fusion.sources.map((source) => (source.kind === "run" ? file.program.declarations.find((node): node is Extract<Declaration, { kind: "train" }> => node.kind === "train" && node.name.text === source.run.name) : undefined));
  const calls = new Map(runs.flatMap((run) => (run === undefined ? [] : [[run, sizedCall(file, run.model)] as const])));
  if (runs.includes(undefined) || [...calls.values()].includes(null)) return [];
  return subsets.flatMap((subset) => {
    const wanted = counts.map((count): [string, number] => [count.name, subset.has(count) ? count.target / runs.length : count.target]);
    if (wanted.some(([, value]) => !Number.isInteger(value))) return [];
    const changes = [...calls].map(([run, call]) => {
      const i = runs.indexOf(run);
      const own = wanted.filter(([name, value], at) => value !== counts[at]?.sources[i] && (subset.has(counts[at] ?? { name: "", target: 0, sources: [] }) || call?.given.has(name) === true));
      return { run, own, edits: call === null ? [] : editsFor(call, own) };
    });
    const changed = changes.filter(({ own }) => own.length > 0);
    const all = [...new Map(changed.flatMap(({ own }) => own))];
    if (changed.length === 0) return [];
    return [{ title: `Make ${changed.map(({ run }) => `\`${run.name.text}\``).join(", ")} parts of it: \`${written(all)}\``, edits: changed.flatMap(({ edits }) => edits) }];
  });
}

function written(wanted: readonly (readonly [string, number])[]): string {
  return wanted.map(([name, value]) => `${name}: ${value}`).join(", ");
}

function editsFor({ call, given }: SizedCall, wanted: readonly (readonly [string, number])[]): readonly Edit[] {
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const [name, value] of wanted) {
    const argument = given.get(name);
    if (argument === undefined) added.push(`${name}: ${value}`);
    else edits.push({ span: argument.value.span, text: String(value) });
  }
  if (added.length === 0) return edits;
  const args = call.kind === "call" ? call.arguments : null;
  const at = args === null ? call.span.end : call.span.end - 1;
  const text = args === null ? `(${added.join(", ")})` : args.length === 0 ? added.join(", ") : `, ${added.join(", ")}`;
  return [...edits, { span: { start: at, end: at }, text }];
}
