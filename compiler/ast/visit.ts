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
  switch (node.kind) {
    case "program":
      return node.declarations;
    case "import":
      return [...node.names, node.from];
    case "imported-name":
      return present(node.name, node.alias);
    case "let":
      return present(node.name, node.type, node.value);
    case "data":
      return [node.name, node.source, ...node.clauses];
    case "block":
      return [node.name, ...node.params, ...node.returns, node.body];
    case "model": {
      const { definition } = node;
      const head = [node.name, ...node.params, ...node.annotations];
      if (definition.kind === "body") return [...head, definition.body];
      if (definition.kind === "derived") return [...head, definition.fuse];
      return [...head, ...present(definition.call, definition.fuse)];
    }
    case "fuse":
      return [...node.sources, ...node.options];
    case "fuse-source":
      return present(node.source, node.as, node.step);
    case "fuse-option":
      return [node.name, node.value];
    case "recipe":
      return [node.name, ...node.params, ...node.clauses];
    case "train":
      return [node.name, node.model, node.data, ...node.clauses];
    case "param":
      return present(node.name, node.type, node.default);
    case "type":
      return [node.name, ...(node.sizes ?? []), ...node.alternatives, ...present(node.below)];
    case "size":
      return [node.value];
    case "field":
      return present(node.name, node.type, node.from);
    case "body":
      return node.statements;
    case "input":
    case "fields":
      return node.fields;
    case "output":
      return present(node.name, node.type, node.value);
    case "layer":
      return [node.name, node.value];
    case "repeat":
      return present(node.count, node.counter, node.body);
    case "if":
      return present(node.condition, node.then, node.else);
    case "return":
      return node.values;
    case "assert":
      return present(node.condition, node.message);
    case "bind":
      return [...node.names, node.value];
    case "clause":
      return [node.word, ...node.items];
    case "item":
      return [...present(node.name), ...node.parts];
    case "list":
      return node.items;
    case "group":
      return [node.value];
    case "path":
      return node.names;
    case "call":
      return [node.callee, ...(node.arguments ?? [])];
    case "argument":
      return present(node.name, node.value);
    case "pipe":
    case "binary":
      return [node.left, node.right];
    case "unary":
      return [node.operand];
    case "conditional":
      return [node.condition, node.then, node.else];
    case "annotated":
      return [node.value, ...node.annotations];
    case "overparam":
      return node.arguments;
    case "frozen":
    case "linking-word":
    case "name":
    case "number":
    case "string":
    case "boolean":
    case "missing":
      return [];
  }
}

function present(...nodes: readonly (Node | null)[]): Node[] {
  return nodes.filter((node) => node !== null);
}

/** Calls `visit` for a node and all in it, outermost first, in order of position; where it returns false, what is inside is passed over. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => boolean | void): void {
  const parents: Node[] = [];
  const enter = (inner: Node): void => {
    if (visit(inner, parents) === false) return;
    parents.push(inner);
    for (const child of children(inner)) enter(child);
    parents.pop();
  };
  enter(node);
}
