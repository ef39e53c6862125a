// Walks over the syntax tree. The one place that knows the parts of every node; whoever needs only some kinds of nodes walks with this.

import type {
  Annotation, Argument, Body, Clause, ClauseItem, Declaration, Expression, Field, Fuse, FuseOption, FuseSource, ImportedName, LinkingWord, Name, Param,
  Program, Size, Statement, Type,
} from "./ast.js";

/** Any node of the tree but comments. */
export type Node =
  | Program
  | Declaration
  | ImportedName
  | Param
  | Type
  | Size
  | Field
  | Fuse
  | FuseSource
  | FuseOption
  | Body
  | Statement
  | Clause
  | ClauseItem
  | LinkingWord
  | Expression
  | Argument
  | Annotation
  | Name;

/** The parts of a node in order of position. */
export function children(node: Node): readonly Node[] {
  const parts: Node[] = [];
  eachChild(node, (part) => void parts.push(part));
  return parts;
}

// Calls and no lists: a program is walked some ten times, and most of its nodes have one or two parts.
function eachChild(node: Node, act: (part: Node) => void): void {
  switch (node.kind) {
    case "program":
      return node.declarations.forEach(act);
    case "import":
      node.names.forEach(act);
      return act(node.from);
    case "imported-name":
      act(node.name);
      return one(node.alias, act);
    case "let":
      act(node.name);
      one(node.type, act);
      return act(node.value);
    case "data":
      act(node.name);
      act(node.source);
      return node.clauses.forEach(act);
    case "block":
      act(node.name);
      node.params.forEach(act);
      node.returns.forEach(act);
      return act(node.body);
    case "model": {
      const { definition } = node;
      act(node.name);
      node.params.forEach(act);
      node.annotations.forEach(act);
      if (definition.kind === "body") return act(definition.body);
      if (definition.kind === "derived") return act(definition.fuse);
      act(definition.call);
      return one(definition.fuse, act);
    }
    case "fuse":
      node.sources.forEach(act);
      return node.options.forEach(act);
    case "fuse-source":
      act(node.source);
      one(node.as, act);
      return one(node.step, act);
    case "fuse-option":
      act(node.name);
      return act(node.value);
    case "recipe":
      act(node.name);
      node.params.forEach(act);
      return node.clauses.forEach(act);
    case "train":
      act(node.name);
      act(node.model);
      act(node.data);
      return node.clauses.forEach(act);
    case "param":
      act(node.name);
      act(node.type);
      return one(node.default, act);
    case "type":
      act(node.name);
      node.sizes?.forEach(act);
      node.alternatives.forEach(act);
      return one(node.below, act);
    case "size":
      return act(node.value);
    case "field":
      act(node.name);
      act(node.type);
      return one(node.from, act);
    case "body":
      return node.statements.forEach(act);
    case "input":
    case "fields":
      return node.fields.forEach(act);
    case "output":
      act(node.name);
      one(node.type, act);
      return act(node.value);
    case "layer":
      act(node.name);
      return act(node.value);
    case "repeat":
      act(node.count);
      one(node.counter, act);
      return act(node.body);
    case "if":
      act(node.condition);
      act(node.then);
      return one(node.else, act);
    case "return":
      return node.values.forEach(act);
    case "assert":
      act(node.condition);
      return one(node.message, act);
    case "bind":
      node.names.forEach(act);
      return act(node.value);
    case "clause":
      act(node.word);
      return node.items.forEach(act);
    case "item":
      one(node.name, act);
      return node.parts.forEach(act);
    case "list":
      return node.items.forEach(act);
    case "group":
      return act(node.value);
    case "path":
      return node.names.forEach(act);
    case "call":
      act(node.callee);
      return node.arguments?.forEach(act);
    case "argument":
      one(node.name, act);
      return act(node.value);
    case "pipe":
    case "binary":
      act(node.left);
      return act(node.right);
    case "unary":
      return act(node.operand);
    case "conditional":
      act(node.condition);
      act(node.then);
      return act(node.else);
    case "annotated":
      act(node.value);
      return node.annotations.forEach(act);
    case "overparam":
      return node.arguments.forEach(act);
    case "frozen":
    case "linking-word":
    case "name":
    case "number":
    case "string":
    case "boolean":
    case "missing":
  }
}

function one(part: Node | null, act: (part: Node) => void): void {
  if (part !== null) act(part);
}

/** Calls `visit` for a node and all in it, outermost first, in order of position; where it returns false, what is inside is passed over. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => boolean | void): void {
  const parents: Node[] = [];
  const enter = (inner: Node): void => {
    // Half of all nodes are names.
    if (visit(inner, parents) === false || inner.kind === "name") return;
    parents.push(inner);
    eachChild(inner, enter);
    parents.pop();
  };
  enter(node);
}

/** Calls `visit` for all statements of a declaration, and for what holds them, in order of position: not for what is in expressions and clauses. */
export function walkStatements(declaration: Declaration, visit: (node: Node) => void): void {
  walk(declaration, (node) => {
    visit(node);
    return node.kind === "block" || node.kind === "model" || node.kind === "body" || node.kind === "repeat" || node.kind === "if";
  });
}
