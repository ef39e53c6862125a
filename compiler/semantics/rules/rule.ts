// What a rule about training is: it looks at a program without errors and warns of what is allowed and surely not meant.

import type { Annotated, Expression, Pipe, Program } from "../../ast/ast.js";
import { walk } from "../../ast/visit.js";
import type { Origin, Span } from "../../source/source.js";
import type { Context } from "../context.js";
import type { FileScope } from "../files.js";
import type { Report } from "../report.js";
import type { SemanticModel } from "../semantic-model.js";

/** A checked program without errors, and where warnings go. */
export interface Linted {
  readonly model: SemanticModel;
  readonly context: Context;
  /** The files of the user's own: no library, no package. */
  readonly own: readonly FileScope[];
  readonly say: Report["say"];
  /** The first of these places that the user can change, or null. */
  readonly ownPlace: (places: readonly Origin[]) => Origin | null;
  /** What stands at a place. */
  readonly syntaxAt: (origin: Origin) => Surroundings;
}

/** What a call stands in. */
export interface Surroundings {
  /** The call with its annotations. */
  readonly annotated: Annotated | null;
  /** The pipe whose right side it is. */
  readonly pipe: Pipe | null;
}

export type Rule = (program: Linted) => void;

/** Finds pipes and annotations by the spans of the calls in them; each file is walked once. */
export function surroundings(files: ReadonlyMap<string, Program>): Linted["syntaxAt"] {
  const known = new Map<string, Map<string, { annotated: Annotated | null; pipe: Pipe | null }>>();
  return ({ file, span }) => {
    let calls = known.get(file);
    const program = files.get(file);
    if (calls === undefined) known.set(file, (calls = program === undefined ? new Map() : indexed(program)));
    return calls.get(spanKey(span)) ?? { annotated: null, pipe: null };
  };
}

function indexed(program: Program): Map<string, { annotated: Annotated | null; pipe: Pipe | null }> {
  const calls = new Map<string, { annotated: Annotated | null; pipe: Pipe | null }>();
  const entry = (of: Expression) => {
    const key = spanKey(of.span);
    const found = calls.get(key) ?? { annotated: null, pipe: null };
    calls.set(key, found);
    return found;
  };
  walk(program, (node) => {
    if (node.kind === "annotated") entry(node.value).annotated = node;
    if (node.kind === "pipe") entry(node.right.kind === "annotated" ? node.right.value : node.right).pipe = node;
  });
  return calls;
}

function spanKey({ start, end }: Span): string {
  return `${start}:${end}`;
}
