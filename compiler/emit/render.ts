// Declarations as text, formatted by Prettier. What is written here need not look well; a library that prints syntax trees would bring a whole
// TypeScript along, which takes longer to load than everything else that a build does.

import type { Declaration } from "./declaration.js";
import { commentText } from "./literals.js";

/** A program before it is text. */
export interface Outline {
  /** Lines of comment at the top. */
  readonly header: readonly string[];
  readonly declarations: readonly Declaration[];
  /** The last statement. */
  readonly last: string;
}

/** Longest line of generated code. */
const lineWidth = 140;

/** The text of a program. */
export function render(outline: Outline): Promise<string> {
  const head = [...outline.header.map((line) => `// ${line}`), 'import * as sop from "sop/runtime";'].join("\n");
  return format([head, ...outline.declarations.map(declarationText), outline.last].join("\n\n"));
}

function declarationText(declaration: Declaration): string {
  const start = `${docText(declaration.doc)}${declaration.exported ? "export " : ""}`;
  if (declaration.kind === "constant") return `${start}const ${declaration.name} = ${declaration.value};`;
  const parameters = declaration.parameters.map(({ name, type }) => `${name}: ${type}`).join(", ");
  return `${start}function ${declaration.name}(${parameters}) {\n${declaration.body.statements.join("\n")}\n}`;
}

/** A text of several lines begins below the opening of its comment. */
function docText(doc: string | null): string {
  const lines = doc === null ? [""] : commentText(doc).split("\n");
  if (lines.length > 1) return `/**\n${lines.map((line) => (line === "" ? " *" : ` * ${line}`)).join("\n")}\n */\n`;
  return lines[0] === "" ? "" : `/** ${lines[0]} */\n`;
}

async function format(text: string): Promise<string> {
  const [prettier, babel, estree] = await Promise.all([import("prettier/standalone"), import("prettier/plugins/babel"), import("prettier/plugins/estree")]);
  return prettier.format(text, { parser: "babel-ts", plugins: [babel.default, estree.default], printWidth: lineWidth });
}
