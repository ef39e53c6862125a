// The bodies of blocks and models, checked once with symbols for their sizes: says what is wrong whatever numbers a call brings.
//
// How: a size is a sum of products of symbols (size.ts), and a body is walked once with such sizes in the types of its tensors
// (expressions.ts, body.ts). What layers do is asked of their own rules, which know numbers only, by trying them (probe.ts);
// operators, `concat`, `reshape`, signatures and declared results compare sizes and need a proof that they differ (compare.ts).
// Blocks that are called count by their signatures, so that recursion needs no end and nothing is looked at twice.
//
// What is not proven wrong is accepted and noted as a requirement: an error with numbers can only stand at such a place. "Only a literal
// 1 broadcasts": a symbol is not taken for 1, so `d` and `2 * d` do not fit, though they would where d is 1 - unless the program
// itself asks whether it is 1 or gives it that default.
//
// Models are checked here only where elaboration, which says more, has no numbers for them.

import type { Block, Declaration, Model, Param } from "../../ast/ast.js";
import { isTensorParameter, optionParameters } from "../callables.js";
import { Exhausted, at, type Context } from "../context.js";
import { parameterKind } from "../declared-types.js";
import { Seen } from "../observed.js";
import { createReport } from "../report.js";
import type { FileScope } from "../files.js";
import { bindSymbols, inspectBody } from "./body.js";
import { applyCall, bindSymbolic } from "./calls.js";
import { calleeOf } from "./callees.js";
import { readSymbolicType } from "./declared.js";
import { inspect } from "./expressions.js";
import { Inspection, TooMuch, type InspectionRules, type Place } from "./inspection.js";
import { isLiteral, ofAtom } from "./size.js";
import { Names, unknown, type SymbolicValue } from "./symbolic-value.js";

/** How bodies are looked into. */
export const rules: InspectionRules = { expression: inspect, call: applyCall, bind: bindSymbolic, body: inspectBody };

/** Checks the blocks that the file declares, or its models that no numbers were found for; `only` some of them. */
export function checkSizes(context: Context, file: FileScope, kind: "block" | "model", only: ReadonlySet<Declaration> | null = null): void {
  for (const { node, file: owner } of file.entries.values()) {
    if (owner !== file || only?.has(node) === false || file.tainted.has(node.span.start) || (node.kind !== "block" && node.kind !== "model") || node.kind !== kind) continue;
    if (node.kind === "model" && context.elaborated.has(node)) continue;
    checkDeclaration(context, file, node);
  }
}

/** Checks one block or model. */
export function checkDeclaration(context: Context, file: FileScope, node: Block | Model): void {
  const { observer } = context;
  const seen = observer === null ? null : new Seen<SymbolicValue>();
  if (inspectNode(context, { file, names: new Names(), seen }, node, false).hasErrors) context.sizes.faulty.add(node);
  if (observer === null || seen === null) return;
  // What comes behind a layer that a parameter takes is not known; an editor shows it with the usual one.
  const usual = takesLayers(node) ? new Seen<SymbolicValue>() : seen;
  if (usual !== seen) inspectNode(aside(context), { file, names: new Names(), seen: usual }, node, true);
  observer.body({ file: file.path, name: node.name.text, args: null, values: usual.values() });
}

function inspectNode(context: Context, place: Place, node: Block | Model, isUsual: boolean): Inspection {
  const by = new Inspection(context, rules);
  const { depth } = context.spent;
  try {
    checkNode(by, place, node, isUsual);
  } catch (thrown) {
    if (!(thrown instanceof TooMuch) && !(thrown instanceof Exhausted)) throw thrown;
    context.spent.depth = depth;
  }
  return by;
}

/** Nothing of it is said, and nothing stays. */
function aside(context: Context): Context {
  return { ...context, report: createReport(), sizes: { requirements: new Set(), closed: new Set(), faulty: new Set() }, spent: { evaluations: 0, depth: 0 } };
}

function takesLayers(node: Block | Model): boolean {
  return node.params.some((param) => param.default !== null && parameterKind(param.type)?.kind === "layer");
}

/** `isUsual`: layers that parameters take are those of their defaults. */
export function checkNode(by: Inspection, place: Place, node: Block | Model, isUsual: boolean): void {
  const taken = new Set(node.params.map(({ name }) => name.text));
  const tensors = node.params.filter((param) => isTensorParameter(node, param));
  for (const { name, type, span } of tensors) bindSymbols(by, place, name.text, type, taken, span);
  for (const param of optionParameters(node)) place.names.define(param.name.text, (isUsual ? usualLayer(by, place, param) : null) ?? ofParameter(by, place, param));
  for (const { name, type, span } of tensors) {
    const declared = readSymbolicType(by, place, type);
    const value: SymbolicValue = declared === null ? unknown : { kind: "tensor", type: by.sized(declared), origin: at(place, span), sized: null };
    place.seen?.set(name, value);
    place.names.define(name.text, value);
  }
  inspectBody(by, place, node);
}

function usualLayer(by: Inspection, place: Place, { type, default: fallback }: Param): SymbolicValue | null {
  if (fallback === null || parameterKind(type)?.kind !== "layer") return null;
  const path = fallback.kind === "call" ? fallback.callee : fallback.kind === "path" ? fallback : null;
  const layer = path === null ? null : calleeOf(place, path);
  return layer === null || fallback.kind !== "call" ? layer : bindSymbolic(by, place, layer, fallback.arguments ?? []);
}

function ofParameter(by: Inspection, place: Place, { name, type, span, default: fallback }: Param): SymbolicValue {
  const kind = parameterKind(type);
  switch (kind?.kind) {
    case "int": {
      const usual = fallback === null ? unknown : inspect(by, place, fallback);
      const mayBeOne = usual.kind === "number" && isLiteral(usual.size, 1);
      return { kind: "number", size: ofAtom(by.symbol(name.text, null, at(place, span), `\`${name.text}\` is given by each call.`, mayBeOne)) };
    }
    case "float":
      return { kind: "number", size: by.atoms.unknownNumber() };
    case "ints":
      return { kind: "numbers", name: name.text };
    case "bool":
      return { kind: "boolean", value: null };
    case "words":
      return { kind: "word", word: null, words: kind.words };
    default:
      return unknown;
  }
}
