// Which names of a body are read where: what statements need from before them, and what is still read after them. As in compilers' analyses of
// live variables, on statements with braces; where it cannot be told, a name counts as read.

import type { Statement } from "../../ast/ast.js";
import type { Reference, NamedSymbol } from "../names/symbols.js";
import { localOf, referencesOf, within, type Owner } from "./local-names.js";
import { bodiesIn, type Trail } from "./selection.js";

/** What becomes of a value that a name has before statements: read first, or written first, or neither for sure. */
type Fate = "read" | "written" | "open";

/** What statements do with a value that a name has before them. */
export function fateIn(owner: Owner, statements: readonly Statement[], { id }: NamedSymbol): Fate {
  for (const statement of statements) {
    const fate = fateInStatement(owner, statement, id);
    if (fate !== "open") return fate;
  }
  return "open";
}

function fateInStatement(owner: Owner, statement: Statement, id: string): Fate {
  const mentions = within(referencesOf(owner), statement.span).filter((reference) => isOf(owner, reference, id));
  if (mentions.length === 0) return "open";
  if (statement.kind === "repeat" || statement.kind === "if") return fateInBraces(owner, statement, id, mentions);
  return mentions.some(({ role }) => role === "read") ? "read" : "written";
}

function fateInBraces(owner: Owner, statement: Statement, id: string, mentions: readonly Reference[]): Fate {
  const bodies = bodiesIn(statement);
  // Conditions and counts.
  if (mentions.some(({ role, span }) => role === "read" && !bodies.some((body) => body.span.start < span.start && span.end < body.span.end))) return "read";
  const fates = bodies.map((body) => body.statements.reduce<Fate>((fate, each) => (fate === "open" ? fateInStatement(owner, each, id) : fate), "open"));
  if (fates.includes("read")) return "read";
  // No turn may be taken, and without an `else` no branch.
  return statement.kind === "if" && hasElse(statement) && fates.every((fate) => fate === "written") ? "written" : "open";
}

function hasElse(statement: Extract<Statement, { kind: "if" }>): boolean {
  for (let next = statement; ; next = next.else) {
    if (next.else === null) return false;
    if (next.else.kind === "body") return true;
  }
}

function isOf(owner: Owner, reference: Reference, id: string): boolean {
  return localOf(owner, reference)?.id === id;
}

/** Is the value that a name has after the last of `statements`, at the end of the trail, read somewhere? */
export function isReadAfter(owner: Owner, trail: Trail, statements: readonly Statement[], symbol: NamedSymbol): boolean {
  for (let depth = trail.length - 1; depth >= 0; depth--) {
    const frame = trail[depth];
    const around = trail[depth - 1]?.statement;
    if (frame === undefined) return false;
    const next = depth === trail.length - 1 ? frame.index + statements.length : frame.index + 1;
    const fate = fateIn(owner, frame.body.statements.slice(next), symbol);
    if (fate !== "open") return fate === "read";
    // A name that is first bound inside braces ends with them.
    if (around === undefined || firstBinding(owner, symbol) >= around.span.start) return false;
    if (around.kind === "repeat" && fateIn(owner, around.body.statements, symbol) === "read") return true;
  }
  return false;
}

function firstBinding(owner: Owner, { id, kind, origin }: NamedSymbol): number {
  if (kind === "parameter" || kind === "dimension" || kind === "input") return origin.span.start;
  const first = referencesOf(owner).find((reference) => reference.role !== "read" && isOf(owner, reference, id));
  return first?.span.start ?? origin.span.start;
}

/** Names of the body that are mentioned in statements, or that these bind, in order; each once. */
export function mentioned(owner: Owner, span: Statement["span"], role: "any" | "written" = "any"): readonly NamedSymbol[] {
  const found = new Map<string, NamedSymbol>();
  for (const reference of within(referencesOf(owner), span)) {
    const symbol = localOf(owner, reference);
    if (symbol !== null && (role === "any" || reference.role !== "read") && !found.has(symbol.id)) found.set(symbol.id, symbol);
  }
  return [...found.values()];
}
