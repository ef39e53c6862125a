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
import type { FileScope } from "../files.js";
import { bindSymbols, inspectBody } from "./body.js";
import { applyCall, bindSymbolic } from "./calls.js";
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
    const by = new Inspection(context, rules);
    const { depth } = context.spent;
    try {
      checkNode(by, file, node);
    } catch (thrown) {
      if (!(thrown instanceof TooMuch) && !(thrown instanceof Exhausted)) throw thrown;
      context.spent.depth = depth;
    }
    if (by.hasErrors) context.sizes.faulty.add(node);
  }
}

/** Checks one body. */
export function checkNode(by: Inspection, file: FileScope, node: Block | Model): void {
  const place: Place = { file, names: new Names() };
  const taken = new Set(node.params.map(({ name }) => name.text));
  const tensors = node.params.filter((param) => isTensorParameter(node, param));
  for (const { name, type, span } of tensors) bindSymbols(by, place, name.text, type, taken, span);
  for (const param of optionParameters(node)) place.names.define(param.name.text, ofParameter(by, place, param));
  for (const { name, type, span } of tensors) {
    const declared = readSymbolicType(by, place, type);
    place.names.define(name.text, declared === null ? unknown : { kind: "tensor", type: by.sized(declared), origin: at(place, span), sized: null });
  }
  inspectBody(by, place, node);
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
