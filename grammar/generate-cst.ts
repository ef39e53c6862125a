// The types of the concrete syntax tree, made from the productions. tests/unit/grammar.test.ts compares them with cst.generated.ts
// and rewrites that file when it is run with UPDATE=1.

import { generateCstDts } from "chevrotain";
import { SopParser } from "./parser.js";

/** The text of cst.generated.ts. */
export function cstTypes(): string {
  const parser = new SopParser({ validate: false, strict: false });
  const types = generateCstDts(parser.getGAstProductions(), { includeVisitorInterface: false });
  return `// The concrete syntax tree, made by generate-cst.ts from the productions; do not change by hand.\n\n${types.replace(", ICstVisitor", "").trim()}\n`;
}
