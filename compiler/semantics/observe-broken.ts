// Bodies with a syntax error, as recovery left them: a check passes over them, since what follows from a lost word is no mistake of its
// own, but an editor is asked about them most, while they are typed. They are looked at aside: nothing of it is said, and nothing stays.

import type { Block, Model } from "../ast/ast.js";
import { optionParameters } from "./callables.js";
import { Exhausted, type Context, type Env } from "./context.js";
import { instantiate, type Instances } from "./elaborate/instantiate.js";
import type { FileScope } from "./files.js";
import { createReport } from "./report.js";
import { Scope } from "./scope.js";
import { checkDeclaration } from "./sizes/check-sizes.js";

/** Tells the observer of the context what is known of blocks and models that hold a syntax error. */
export function observeBroken(context: Context): void {
  for (const file of context.files.values()) {
    for (const { node, file: owner } of file.entries.values()) {
      if (owner === file && file.tainted.has(node.span.start) && (node.kind === "block" || node.kind === "model")) observe(context, file, node);
    }
  }
}

function observe(context: Context, file: FileScope, node: Block | Model): void {
  const aside: Context = {
    ...context,
    report: createReport(),
    overparams: new Map(),
    elaborated: new Set(),
    models: new Map(),
    traces: new Map(),
    sizes: { requirements: new Set(), closed: new Set(), faulty: new Set() },
    spent: { evaluations: 0, depth: 0 },
  };
  const instances: Instances = new Map();
  const env: Env = { context: aside, file, scope: new Scope(), site: null };
  const hasNumbers = node.kind === "model" && optionParameters(node).every((param) => param.default !== null);
  try {
    if (hasNumbers && instantiate(aside, instances, { file, node, values: new Map(), reach: undefined, start: null }, node.name.text, null, env, node.name.span) !== "symbolic") return;
    checkDeclaration(aside, file, node);
  } catch (thrown) {
    if (!(thrown instanceof Exhausted)) throw thrown;
  }
}
