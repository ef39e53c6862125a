// Declarations as text: a ts-morph structure, printed and formatted.

import type { FunctionDeclarationStructure, StructureKind, VariableDeclarationKind, VariableStatementStructure } from "ts-morph";
import type { ConstantDeclaration, Declaration, FunctionDeclaration } from "./declaration.js";
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
export async function render(outline: Outline): Promise<string> {
  const { Project, StructureKind, VariableDeclarationKind } = await import("ts-morph");
  const kinds = { StructureKind, VariableDeclarationKind };
  const project = new Project({ useInMemoryFileSystem: true, skipFileDependencyResolution: true, skipLoadingLibFiles: true });
  const file = project.createSourceFile("program.ts", {
    statements: [
      ...outline.header.map((line) => `// ${line}`),
      { kind: StructureKind.ImportDeclaration, moduleSpecifier: "sop/runtime", namespaceImport: "sop" },
      ...outline.declarations.map((declaration) => (declaration.kind === "constant" ? constantStructure(declaration, kinds) : functionStructure(declaration, kinds))),
      "\n",
      outline.last,
    ],
  });
  return format(file.getFullText());
}

interface Kinds {
  readonly StructureKind: typeof StructureKind;
  readonly VariableDeclarationKind: typeof VariableDeclarationKind;
}

function constantStructure(declaration: ConstantDeclaration, kinds: Kinds): VariableStatementStructure {
  return {
    kind: kinds.StructureKind.VariableStatement,
    declarationKind: kinds.VariableDeclarationKind.Const,
    isExported: declaration.exported,
    docs: docsOf(declaration),
    declarations: [{ name: declaration.name, initializer: declaration.value }],
    leadingTrivia: "\n",
  };
}

function functionStructure(declaration: FunctionDeclaration, kinds: Kinds): FunctionDeclarationStructure {
  return {
    kind: kinds.StructureKind.Function,
    name: declaration.name,
    isExported: declaration.exported,
    docs: docsOf(declaration),
    parameters: declaration.parameters.map((parameter) => ({ ...parameter })),
    statements: [...declaration.body.statements],
    leadingTrivia: "\n",
  };
}

/** A text of several lines begins below the opening of its comment. */
function docsOf(declaration: Declaration): string[] {
  const doc = declaration.doc === null ? "" : commentText(declaration.doc);
  if (doc === "") return [];
  return [doc.includes("\n") ? `\n${doc}` : doc];
}

async function format(text: string): Promise<string> {
  const [prettier, babel, estree] = await Promise.all([import("prettier/standalone"), import("prettier/plugins/babel"), import("prettier/plugins/estree")]);
  return prettier.format(text, { parser: "babel-ts", plugins: [babel.default, estree.default], printWidth: lineWidth });
}
