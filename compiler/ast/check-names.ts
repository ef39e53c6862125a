// Words that are special in their place (`model`, `input`, `from`) are names of fields and options, but not of declarations and of values
// of a body. Finds those that are, with a fix that renames the value and its uses; and the one name that no object can hold.
// Relies on the syntax tree only.

import { placeWords } from "../../grammar/tokens.js";
import type { Declaration, Name, Program } from "./ast.js";
import { report, type Building } from "./building.js";
import { walk, walkStatements, type Node } from "./visit.js";

/** Generated code and the runtime keep values in objects by name; assigning this key changes the object itself instead. */
const unusable = "__proto__";

/** Reports each such word once for each declaration that gives it a meaning. */
export function checkNames(building: Building, program: Program): void {
  if (building.text.includes(unusable)) checkUnusable(building, program);
  reportWords(building, program.declarations.flatMap(declaredNames), program);
  for (const declaration of program.declarations) {
    const bound: Name[] = [];
    walkStatements(declaration, (node) => void bound.push(...boundNames(node)));
    reportWords(building, bound, declaration);
  }
}

function checkUnusable(building: Building, program: Program): void {
  const uses: Name[] = [];
  walk(program, (node) => {
    if (node.kind === "name" && node.text === unusable) uses.push(node);
  });
  const [first] = uses;
  if (first === undefined) return;
  const instead = "proto";
  report(building, "unusable-name", first.span, { name: unusable, instead }, { fixes: [{ title: `Name it \`${instead}\`.`, edits: uses.map(({ span }) => ({ span, text: instead })) }] });
}

function declaredNames(declaration: Declaration): readonly Name[] {
  return declaration.kind === "import" ? declaration.names.map(({ name, alias }) => alias ?? name) : [declaration.name];
}

/** The names that a statement gives to values. */
function boundNames(node: Node): readonly Name[] {
  if (node.kind === "bind") return node.names;
  if (node.kind === "output" || node.kind === "layer") return [node.name];
  if (node.kind === "repeat" && node.counter !== null) return [node.counter];
  return [];
}

function reportWords(building: Building, names: readonly Name[], scope: Node): void {
  const bound = new Map<string, Name[]>();
  for (const name of names) {
    if (!placeWords.includes(name.text)) continue;
    const same = bound.get(name.text);
    if (same === undefined) bound.set(name.text, [name]);
    else same.push(name);
  }
  for (const [first, ...others] of bound.values()) if (first !== undefined) reportWord(building, first, [first, ...others], scope);
}

function reportWord(building: Building, at: Name, bindings: readonly Name[], scope: Node): void {
  const instead = `${at.text}_`;
  const places = [...bindings];
  walk(scope, (node) => {
    if (node.kind === "path" && node.names[0]?.text === at.text) places.push(node.names[0]);
  });
  const edits = places.sort((a, b) => a.span.start - b.span.start).map(({ span }) => ({ span, text: instead }));
  report(building, "reserved-name", at.span, { word: at.text, instead }, { fixes: [{ title: `Name it \`${instead}\`.`, edits }] });
}
