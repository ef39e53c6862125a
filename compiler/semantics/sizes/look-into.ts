// What names and expressions are at each statement of a body, with symbols for sizes: for whoever rewrites programs. The body is looked at once, as it
// is checked (check-sizes.ts), with statements of our own between its own.

import type { Block, Body, Expression, IfStatement, Model, Statement } from "../../ast/ast.js";
import { createContext } from "../analyze.js";
import { Exhausted, type FusionFindings } from "../context.js";
import type { FileScope } from "../files.js";
import { createReport } from "../report.js";
import { checkNode, rules } from "./check-sizes.js";
import { Inspection, TooMuch, type Place } from "./inspection.js";
import { canWrite } from "./mismatch.js";
import type { Size } from "./size.js";
import { Names, unknown, type SymbolicValue } from "./symbolic-value.js";

/** What can be asked at a place between statements. */
export interface Sight {
  /** undefined: the body has no such name there. */
  readonly lookup: (name: string) => SymbolicValue | undefined;
  readonly value: (expression: Expression) => SymbolicValue;
  /** Are they equal whatever numbers a call brings? */
  readonly areEqual: (a: Size, b: Size) => boolean;
  /** Can the size be written there as it is printed? */
  readonly canWrite: (size: Size) => boolean;
}

/** In a `repeat`, what all turns have in common. Null where a place is not reached. */
export interface Sights {
  readonly before: (statement: Statement) => Sight | null;
  readonly after: (statement: Statement) => Sight | null;
}

interface Marks {
  /** The statement that a mark stands before, by the mark's condition. */
  readonly before: Map<Expression, Statement>;
  readonly after: Map<Expression, Statement>;
}

const nothingFound: FusionFindings = { errors: 0, isExact: true, grows: true, say: () => undefined };

/**
 * Looks into a body. With `isUsual`, options that take a layer are taken to have their defaults: what such a layer gives is then likely and not
 * proven.
 */
export function lookInto(files: ReadonlyMap<string, FileScope>, file: FileScope, node: Block | Model, isUsual: boolean): Sights {
  const marks: Marks = { before: new Map(), after: new Map() };
  const marked = withMarks(node, marks);
  const before = new Map<Statement, Sight>();
  const after = new Map<Statement, Sight>();
  const context = createContext(createReport(), files, { instances: new Map(), datasets: new Map(), runs: new Map() }, () => nothingFound);
  const by: Inspection = new Inspection(context, {
    ...rules,
    expression: (inspection, place, expression) => {
      const [next, last] = [marks.before.get(expression), marks.after.get(expression)];
      if (next !== undefined) before.set(next, sightAt(by, place));
      if (last !== undefined) after.set(last, sightAt(by, place));
      return rules.expression(inspection, place, expression);
    },
  });
  try {
    checkNode(by, { file, names: new Names(), seen: null }, marked, isUsual);
  } catch (thrown) {
    if (!(thrown instanceof TooMuch) && !(thrown instanceof Exhausted)) throw thrown;
  }
  return { before: (statement) => before.get(statement) ?? null, after: (statement) => after.get(statement) ?? null };
}

// Names move on when the look does.
function sightAt(by: Inspection, there: Place): Sight {
  const place: Place = { file: there.file, names: there.names.copy(), seen: null };
  return {
    lookup: (name) => place.names.lookup(name),
    value: (expression) => {
      try {
        return rules.expression(by, place, expression);
      } catch (thrown) {
        if (!(thrown instanceof TooMuch) && !(thrown instanceof Exhausted)) throw thrown;
        return unknown;
      }
    },
    areEqual: (a, b) => by.compare(a, b) === "equal",
    canWrite: (size) => canWrite(place, size),
  };
}

function withMarks<N extends Block | Model>(node: N, marks: Marks): N {
  if (node.kind === "block") return { ...node, body: inBody(node.body, marks) };
  const { definition } = node;
  return definition.kind === "body" ? { ...node, definition: { ...definition, body: inBody(definition.body, marks) } } : node;
}

// What is after one statement is before the next.
function inBody(body: Body, marks: Marks): Body {
  const statements = body.statements.flatMap((statement, index): readonly Statement[] => {
    const earlier = body.statements[index - 1];
    const mark = markAt(statement);
    marks.before.set(mark.condition, statement);
    if (earlier !== undefined) marks.after.set(mark.condition, earlier);
    return [mark, statement.kind === "repeat" ? { ...statement, body: inBody(statement.body, marks) } : statement.kind === "if" ? inIf(statement, marks) : statement];
  });
  const last = body.statements[body.statements.length - 1];
  if (last === undefined) return body;
  const end = markAt(last);
  marks.after.set(end.condition, last);
  return { ...body, statements: [...statements, end] };
}

function inIf(statement: IfStatement, marks: Marks): IfStatement {
  const { else: otherwise } = statement;
  return { ...statement, then: inBody(statement.then, marks), else: otherwise === null ? null : otherwise.kind === "if" ? inIf(otherwise, marks) : inBody(otherwise, marks) };
}

function markAt({ span: { start } }: Statement): Extract<Statement, { kind: "assert" }> {
  const span = { start, end: start };
  return { kind: "assert", span, condition: { kind: "boolean", span, value: true }, message: null };
}
