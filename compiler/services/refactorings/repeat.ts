// Neighbouring statements, or stages of a pipe, that are the same but for numbers that count become one `repeat`.

import type { Expression, Pipe, Statement } from "../../ast/ast.js";
import { walk, type Node } from "../../ast/visit.js";
import type { Span } from "../../source/source.js";
import type { Edit } from "../formatting.js";
import type { Snapshot } from "../snapshot.js";
import { areAlike, countings } from "./counting.js";
import { hoistBefore } from "./hoist.js";
import { fateIn, isReadAfter, mentioned } from "./liveness.js";
import { bodyOf, freeName, isTakenIn, type Owner } from "./local-names.js";
import { otherPaths, type Refactoring } from "./refactoring.js";
import { applyEdits, changeOf, rewritten } from "./rewritten.js";
import { selectedIn, trailTo, type Trail } from "./selection.js";
import { sightsOf } from "./sights.js";
import { mayHaveWeights } from "./weighted.js";

/** Items in a row, `count` times the first `period` of them. */
interface Run<T> {
  readonly items: readonly T[];
  readonly from: number;
  readonly period: number;
  readonly count: number;
  /** Edits of the first turn that make it any turn, of a counter with this name. */
  readonly edits: readonly Edit[];
  readonly counter: string | null;
}

/** So many statements or stages may be one turn. */
const longest = 6;

/** The offer to write what is selected, or the repetition that the cursor is in, as a `repeat`. */
export function repeatLayers(snapshot: Snapshot, owner: Owner, selection: Span): Refactoring | null {
  const text = snapshot.textOf(owner.file.path);
  const found = selection.start === selection.end ? aroundCursor(snapshot, owner, text, selection) : inSelection(snapshot, owner, text, selection);
  if (found === null) return null;
  const { edits, span, count } = found;
  const { path } = owner.file;
  return {
    id: "repeat",
    title: `Write as \`repeat ${count}\`${mayHaveWeights(owner, span) ? otherPaths : ""}`,
    kind: "refactor.rewrite",
    change: () => changeOf(path, text, rewritten(path, text, edits)),
  };
}

interface Found {
  readonly edits: readonly Edit[];
  readonly span: Span;
  readonly count: number;
}

function inSelection(snapshot: Snapshot, owner: Owner, text: string, selection: Span): Found | null {
  const selected = selectedIn(owner, text, selection);
  if (selected === null) return null;
  const { trail } = selected;
  if (selected.kind === "statements") return statementsAsRepeat(snapshot, owner, text, trail, whole(owner, selected.statements));
  const statement = trail[trail.length - 1]?.statement;
  const stages = selected.kind === "stages" ? selected.stages : selected.expression.kind === "pipe" ? stagesOf(selected.expression) : [];
  return statement === undefined ? null : stagesAsRepeat(owner, text, statement, whole(owner, stages, rightOf));
}

function aroundCursor(snapshot: Snapshot, owner: Owner, text: string, cursor: Span): Found | null {
  const body = bodyOf(owner.node);
  const trail = body === null ? null : trailTo(body, cursor);
  const frame = trail?.[trail.length - 1];
  if (trail === null || trail === undefined || frame === undefined) return null;
  const around = runAround(owner, frame.body.statements, frame.index);
  if (around !== null) {
    const first = around.items[around.from];
    const start = first === undefined || body === null ? null : trailTo(body, { start: first.span.start, end: first.span.start });
    const found = start === null ? null : statementsAsRepeat(snapshot, owner, text, start, around);
    if (found !== null) return found;
  }
  const stages = pipeAt(frame.statement, cursor.start);
  const at = stages.findIndex(({ right }) => right.span.start <= cursor.start && cursor.start <= right.span.end);
  return at < 0 ? null : stagesAsRepeat(owner, text, frame.statement, runAround(owner, stages, at, rightOf));
}

function rightOf({ right }: Pipe): Node {
  return right;
}

/** The stages of a pipe, in order. */
function stagesOf(last: Expression): readonly Pipe[] {
  const stages: Pipe[] = [];
  for (let pipe = last; pipe.kind === "pipe"; pipe = pipe.left) stages.unshift(pipe);
  return stages;
}

/** The stages of the innermost pipe at an offset. */
function pipeAt(statement: Statement, offset: number): readonly Pipe[] {
  let stages: readonly Pipe[] = [];
  walk(statement, (node, parents) => {
    if (offset < node.span.start || offset > node.span.end) return false;
    const parent = parents[parents.length - 1];
    if (node.kind === "pipe" && !(parent?.kind === "pipe" && parent.left === node)) stages = stagesOf(node);
    return true;
  });
  return stages;
}

/** All items as turns of one `repeat`, as short as they can be; null where they are not alike. */
function whole<T extends Node>(owner: Owner, items: readonly T[], part: (item: T) => Node = (item) => item): Run<T> | null {
  for (let period = 1; period <= longest && 2 * period <= items.length; period++) {
    const run = items.length % period === 0 ? runOf(owner, items, 0, period, items.length / period, part) : null;
    if (run !== null) return run;
  }
  return null;
}

/** The longest run of turns around an item. */
function runAround<T extends Node>(owner: Owner, items: readonly T[], at: number, part: (item: T) => Node = (item) => item): Run<T> | null {
  for (let period = 1; period <= longest; period++) {
    for (let from = Math.max(0, at - 64); from <= at; from++) {
      if (!isLikeNext(items, from, period, part)) continue;
      for (let count = Math.min(64, Math.floor((items.length - from) / period)); count > 1 && from + period * count > at; count--) {
        const run = runOf(owner, items, from, period, count, part);
        if (run !== null) return run;
      }
    }
  }
  return null;
}

// Most places are told apart by their first item.
function isLikeNext<T extends Node>(items: readonly T[], from: number, period: number, part: (item: T) => Node): boolean {
  const [first, next] = [items[from], items[from + period]].map((item) => (item === undefined ? null : part(item)));
  return first !== undefined && first !== null && next !== undefined && next !== null && areAlike(first, next);
}

function runOf<T extends Node>(owner: Owner, items: readonly T[], from: number, period: number, count: number, part: (item: T) => Node): Run<T> | null {
  const turns = Array.from({ length: count }, (_, turn) => items.slice(from + turn * period, from + (turn + 1) * period).map(part));
  const counter = freeName("i", (name) => isTakenIn(owner, name));
  const edits = countings(turns, counter);
  return edits === null ? null : { items, from, period, count, edits, counter: edits.length === 0 ? null : counter };
}

function statementsAsRepeat(snapshot: Snapshot, owner: Owner, text: string, trail: Trail, run: Run<Statement> | null): Found | null {
  if (run === null) return null;
  const all = run.items.slice(run.from, run.from + run.period * run.count);
  const turn = all.slice(0, run.period);
  const [first, end, last] = [turn[0], turn[turn.length - 1], all[all.length - 1]];
  if (first === undefined || end === undefined || last === undefined || !all.every(mayBeRepeated)) return null;
  const span: Span = { start: first.span.start, end: last.span.end };
  // A name that a turn binds first ends with it.
  const sight = sightsOf(snapshot.files, owner, "likely").before(first);
  const isKept = mentioned(owner, span, "written").every((symbol) => sight?.lookup(symbol.name) !== undefined || (fateIn(owner, turn, symbol) === "written" && !isReadAfter(owner, trail, all, symbol)));
  if (sight === null || !isKept) return null;
  const body = within(text, { start: first.span.start, end: end.span.end }, run.edits);
  return { edits: [{ span, text: `${head(run)} {\n${body}\n}` }], span, count: run.count };
}

// A layer has its name once, inputs and outputs too.
function mayBeRepeated(statement: Statement): boolean {
  let may = true;
  walk(statement, (node) => {
    if (node.kind === "input" || node.kind === "output" || node.kind === "return" || node.kind === "layer" || node.kind === "missing") may = false;
    return may;
  });
  return may;
}

function stagesAsRepeat(owner: Owner, text: string, statement: Statement, run: Run<Pipe> | null): Found | null {
  if (run === null) return null;
  const turn = run.items.slice(run.from, run.from + run.period);
  const [first, end, last] = [turn[0], turn[turn.length - 1], run.items[run.from + run.period * run.count - 1]];
  if (first === undefined || end === undefined || last === undefined) return null;
  const taken = new Set<string>();
  const fresh = (name: string): string => {
    const free = freeName(name, (candidate) => isTakenIn(owner, candidate) || taken.has(candidate));
    taken.add(free);
    return free;
  };
  const span: Span = { start: first.right.span.start, end: last.span.end };
  const name = targetOf(statement, first, last) ?? fresh("x");
  const hoisted = hoistBefore(statement, last, text, () => fresh("h"));
  if (hoisted === null) return null;
  const input = text.slice(first.left.span.start, first.left.span.end);
  const rest = within(text, statement.span, [...hoisted.edits, { span: last.span, text: name }]);
  const isOver = statement.kind === "bind" && statement.value === last && statement.names.length === 1 && statement.names[0]?.text === name;
  const stages = within(text, { start: first.right.span.start, end: end.span.end }, run.edits);
  const lines = [...hoisted.lines, ...(input === name ? [] : [`${name} = ${input}`]), `${head(run)} {\n${name} = ${name} |> ${stages}\n}`, ...(isOver ? [] : [rest])];
  return { edits: [{ span: statement.span, text: lines.join("\n") }], span, count: run.count };
}

/** The name that the statement binds, if nothing of it but what goes into the stages reads that. */
function targetOf(statement: Statement, first: Pipe, last: Pipe): string | null {
  const [name] = statement.kind === "bind" && statement.names.length === 1 ? statement.names : [];
  if (statement.kind !== "bind" || name === undefined || name.text === "_") return null;
  let isRead = false;
  walk(statement.value, (node) => {
    if (node === first.left) return false;
    if (node.kind === "name" && node.text === name.text) isRead = true;
    return !isRead;
  });
  // What comes before the pipe would be read when the name has moved on.
  return isRead || (statement.value !== last && !isHead(statement.value, last)) ? null : name.text;
}

function isHead(value: Expression, pipe: Pipe): boolean {
  for (let next = value; ; next = next.left) {
    if (next === pipe) return true;
    if (next.kind !== "pipe") return false;
  }
}

function head({ count, counter }: Run<Node>): string {
  return counter === null ? `repeat ${count}` : `repeat ${count} as ${counter}`;
}

function within(text: string, { start, end }: Span, edits: readonly Edit[]): string {
  return applyEdits(text.slice(start, end), edits.map((edit) => ({ text: edit.text, span: { start: edit.span.start - start, end: edit.span.end - start } })));
}
