// What can be done with a model or a run, offered above it. The editor does it; nothing is run here.

import type { FileScope } from "../semantics/files.js";
import type { Span } from "../source/source.js";

export interface Lens {
  /** The name of the declaration. */
  readonly span: Span;
  readonly title: string;
  readonly command: "sop.train" | "sop.summary" | "sop.graph" | "sop.prove";
  /** The model or run. */
  readonly name: string;
}

export function lensesOf({ program, entries, path }: FileScope): readonly Lens[] {
  return program.declarations.flatMap((node): Lens[] => {
    if ((node.kind !== "model" && node.kind !== "train") || entries.get(node.name.text)?.file.path !== path) return [];
    const lens = (title: string, command: Lens["command"]): Lens => ({ span: node.name.span, title, command, name: node.name.text });
    const model = node.kind === "train" ? node.model : null;
    const called = model === null ? null : model.kind === "annotated" ? model.value : model;
    const callee = called?.kind === "call" ? called.callee : called?.kind === "path" ? called : null;
    const target = callee === null ? undefined : entries.get(callee.names[0]?.text ?? "")?.node;
    const isFused = target?.kind === "model" && target.definition.kind !== "body" && (target.definition.kind === "derived" || target.definition.fuse !== null);
    const own = node.kind === "train" ? [lens("train", "sop.train"), ...(isFused ? [lens("prove", "sop.prove")] : [])] : [];
    return [...own, lens("summary", "sop.summary"), lens("graph", "sop.graph")];
  });
}
