// What names and expressions are at one statement of a body, with symbols for sizes: for whoever rewrites programs. The body is looked at as it is
// checked (check-sizes.ts), with a statement of our own beside the one that is asked about.

import type { Block, Body, Expression, IfStatement, Model, Statement } from "../../ast/ast.js";
import { createContext } from "../analyze.js";
import { Exhausted, type FusionFindings } from "../context.js";
import type { FileScope } from "../files.js";
import { createReport } from "../report.js";
import { checkNode, rules } from "./check-sizes.js";
import { Inspection, TooMuch, type Place } from "./inspection.js";
import { canWrite } from "./mismatch.js";
import type { Size } from "./size.js";
import { Names, type SymbolicValue } from "./symbolic-value.js";

/** A statement, and whether it has been run. */
export interface Point {
  readonly statement: Statement;
  readonly side: "before" | "after";
}

/** What can be asked at a point. */
export interface Sight {
  /** undefined: the body has no such name there. */
  readonly lookup: (name: string) => SymbolicValue | undefined;
  readonly value: (expression: Expression) => SymbolicValue;
  /** Are they equal whatever numbers a call brings? */
  readonly areEqual: (a: Size, b: Size) => boolean;
  /** Can the size be written there as it is printed? */
  readonly canWrite: (size: Size) => boolean;
}

const nothingFound: FusionFindings = { errors: 0, isExact: true, grows: true, say: () => undefined };

/**
 * What `ask` makes of the sight at a point: in a `repeat`, of what all turns have in common. Null where the point is not reached. With `likely`,
 * options that take a layer are taken to have their defaults: what such a layer gives is then likely and not proven.
 */
export function lookInto<T>(files: ReadonlyMap<string, FileScope>, file: FileScope, node: Block | Model, point: Point, ask: (sight: Sight) => T, likely = false): T | null {
  const mark: Statement = { kind: "assert", span: { start: point.statement.span.start, end: point.statement.span.start }, condition: { kind: "boolean", span: point.statement.span, value: true }, message: null };
  const marked = withMark(node, point, mark);
  const context = createContext(createReport(), files, { instances: new Map(), datasets: new Map(), runs: new Map() }, () => nothingFound);
  let found: T | null = null;
  const by: Inspection = new Inspection(context, {
    ...rules,
    expression: (inspection, place, expression) => {
      if (mark.condition === expression) found = ask(sightAt(inspection, place));
      return rules.expression(inspection, place, expression);
    },
  });
  try {
    checkNode(by, { file, names: new Names(), seen: null }, marked, likely);
  } catch (thrown) {
    if (!(thrown instanceof TooMuch) && !(thrown instanceof Exhausted)) throw thrown;
  }
  return found;
}

function sightAt(by: Inspection, place: Place): Sight {
  return {
    lookup: (name) => place.names.lookup(name),
    value: (expression) => rules.expression(by, place, expression),
    areEqual: (a, b) => by.compare(a, b) === "equal",
    canWrite: (size) => canWrite(place, size),
  };
}

function withMark<N extends Block | Model>(node: N, point: Point, mark: Statement): N {
  if (node.kind === "block") return { ...node, body: inBody(node.body, point, mark) };
  const { definition } = node;
  return definition.kind === "body" ? { ...node, definition: { ...definition, body: inBody(definition.body, point, mark) } } : node;
}

function inBody(body: Body, point: Point, mark: Statement): Body {
  const { start, end } = point.statement.span;
  if (body.span.start > start || body.span.end < end) return body;
  const statements = body.statements.flatMap((statement): readonly Statement[] => {
    if (statement === point.statement) return point.side === "before" ? [mark, statement] : [statement, mark];
    if (statement.kind === "repeat") return [{ ...statement, body: inBody(statement.body, point, mark) }];
    return [statement.kind === "if" ? inIf(statement, point, mark) : statement];
  });
  return { ...body, statements };
}

function inIf(statement: IfStatement, point: Point, mark: Statement): IfStatement {
  const { else: otherwise } = statement;
  return { ...statement, then: inBody(statement.then, point, mark), else: otherwise === null ? null : otherwise.kind === "if" ? inIf(otherwise, point, mark) : inBody(otherwise, point, mark) };
}
