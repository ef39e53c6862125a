// The nodes of a tree around an offset.

import type { Program } from "../../ast/ast.js";
import { children, type Node } from "../../ast/visit.js";

/** From the file to the innermost node. Where two meet, the one that begins at the offset. */
export function nodesAt(program: Program, offset: number): readonly Node[] {
  const around: Node[] = [program];
  for (let node: Node | undefined = program; node !== undefined; ) {
    let next: Node | undefined;
    for (const child of children(node)) if (child.span.start <= offset && offset <= child.span.end && (child.span.end > child.span.start || next === undefined)) next = child;
    if (next !== undefined) around.push(next);
    node = next;
  }
  return around;
}
