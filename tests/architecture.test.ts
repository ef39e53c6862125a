// Holds the rules of ARCHITECTURE.md about who may import whom, and the habits that a regular expression or the TypeScript
// parser can see. Reads the sources; relies on import specifiers being written out.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["grammar", "compiler", "runtime"];

interface Import {
  readonly from: string;
  /** A path of ours from the root, or a package. */
  readonly to: string;
  readonly isType: boolean;
}

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/")),
);
const trees = new Map(files.map((file) => [file, ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.ES2022, true)]));
const imports = [...trees].flatMap(([file, tree]) => importsOf(file, tree));

function importsOf(from: string, tree: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isType: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const to = specifier.text.startsWith(".") ? normalize(join(dirname(from), specifier.text)).split(sep).join("/").replace(/\.js$/, ".ts") : specifier.text;
    found.push({ from, to, isType });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Imports that break a rule, as readable lines. */
function breaking(rule: (each: Import) => boolean): readonly string[] {
  return imports.filter(rule).map((each) => `${each.from} imports ${each.to}`);
}

const isIn = (path: string, ...roots: readonly string[]): boolean => roots.some((folder) => path.startsWith(`${folder}/`));
const isOurs = (path: string): boolean => isIn(path, ...folders);
const isShell = (path: string): boolean => isIn(path, "compiler/cli", "compiler/lsp");

test("the sources are found", () => {
  assert.ok(files.length > 50, `${files.length} files`);
  assert.ok(imports.length > files.length, `${imports.length} imports`);
});

test("grammar imports chevrotain and itself only; its generator may use Node", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "grammar") && !isIn(to, "grammar") && !to.startsWith("chevrotain") && !to.startsWith("@chevrotain/") && !(from === "grammar/generate-cst.ts" && to.startsWith("node:"))), []);
});

test("only the tree builder reads the concrete syntax tree", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "compiler") && isIn(to, "grammar") && !isIn(from, "compiler/ast", "compiler/services")), []);
});

test("ir, passes and emit never see the syntax tree", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "compiler/ir", "compiler/passes", "compiler/emit") && isIn(to, "compiler/ast", "grammar")), []);
});

test("passes never import emit; the IR never imports passes, lower or emit", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "compiler/passes") && isIn(to, "compiler/emit")), []);
  assert.equal(breaking(({ from, to }) => isIn(from, "compiler/ir") && isIn(to, "compiler/passes", "compiler/lower", "compiler/emit")), []);
});

test("services and semantics never import ir, passes or emit", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "compiler/services", "compiler/semantics", "compiler/ast") && isIn(to, "compiler/ir", "compiler/lower", "compiler/passes", "compiler/emit")), []);
});

test("compiler and runtime never import each other", () => {
  assert.equal(breaking(({ from, to }) => (isIn(from, "compiler", "grammar") && isIn(to, "runtime")) || (isIn(from, "runtime") && isIn(to, "compiler", "grammar"))), []);
});

test("the backend over ONNX Runtime stands alone, and one file of it touches the engine", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "runtime/backends/onnx") && !isIn(to, "runtime/backends/onnx") && to !== "runtime/backends/trial.ts" && !to.startsWith("node:") && to !== "@tensorflow/tfjs-core" && to !== "@tensorflow/tfjs-backend-cpu"), []);
  assert.equal(breaking(({ from, to }) => to.startsWith("onnxruntime") || (to === "node:module" && isIn(from, "runtime/backends/onnx") && from !== "runtime/backends/onnx/binding.ts")), []);
});

test("the compiler knows no TensorFlow.js; only the bundler knows esbuild", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "compiler") && to.startsWith("@tensorflow/")), []);
  assert.equal(breaking(({ from, to }) => to === "esbuild" && from !== "compiler/cli/bundle.ts"), []);
});

test("ts-morph and Prettier are loaded on demand, by emit alone", () => {
  const heavy = (to: string): boolean => to === "ts-morph" || to === "prettier" || to.startsWith("prettier/");
  assert.equal(breaking(({ from, to }) => heavy(to) && !isIn(from, "compiler/emit")), []);
});

test("what lays out pictures is loaded on demand, for pictures alone", () => {
  assert.equal(breaking(({ from, to }) => to.startsWith("@dagrejs/") && from !== "compiler/services/drawing/layout.ts"), []);
  assert.equal(breaking(({ from, to, isType }) => isIn(to, "compiler/services/drawing") && !isIn(from, "compiler/services/drawing") && !isType && from !== "compiler/cli/commands/graph.ts" && from !== "compiler/services/graph-page.ts"), []);
  assert.match(readFileSync(join(root, "compiler/cli/commands/graph.ts"), "utf8"), /await import\("\.\.\/\.\.\/services\/drawing\/svg\.js"\)/);
  assert.match(readFileSync(join(root, "compiler/services/graph-page.ts"), "utf8"), /await import\("\.\/drawing\/svg\.js"\)/);
});

test("nothing but the command line imports the command line", () => {
  assert.equal(breaking(({ from, to }) => isShell(to) && !isShell(from)), []);
});

test("outside its shells the compiler touches no file, process or console", () => {
  assert.equal(breaking(({ from, to }) => isIn(from, "compiler") && !isShell(from) && to.startsWith("node:")), []);
  const touched: string[] = [];
  for (const [file, tree] of trees) {
    if (!isIn(file, "compiler") || isShell(file)) continue;
    const visit = (node: ts.Node): void => {
      const isName = ts.isIdentifier(node) && ["process", "console", "Buffer", "require", "fetch", "setTimeout", "Date"].includes(node.text);
      if (isName && (ts.isPropertyAccessExpression(node.parent) ? node.parent.expression === node : ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent))) {
        touched.push(`${file}: ${node.text}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  assert.equal(touched, []);
});

test("no module reaches itself through what it imports at run time", () => {
  const next = new Map<string, string[]>();
  for (const { from, to, isType } of imports) if (isOurs(to) && !isType) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const each of next.get(file) ?? []) visit(each);
    path.pop();
    done.add(file);
  };
  for (const file of files) visit(file);
  assert.equal(cycles, []);
});

test("no `any`, no non-null `!`, no enum, no namespace, no default export", () => {
  const found: string[] = [];
  for (const [file, tree] of trees) {
    if (file.endsWith(".generated.ts")) continue;
    const visit = (node: ts.Node): void => {
      const what =
        node.kind === ts.SyntaxKind.AnyKeyword ? "any"
        : ts.isNonNullExpression(node) ? "!"
        : ts.isEnumDeclaration(node) ? "enum"
        : ts.isModuleDeclaration(node) && (node.flags & ts.NodeFlags.GlobalAugmentation) === 0 ? "namespace"
        : ts.isExportAssignment(node) || (ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)) ? "default export"
        : null;
      if (what !== null) found.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  assert.equal(found, []);
});

test("files have kebab-case names, begin with a comment and stay below 500 lines", () => {
  const odd: string[] = [];
  for (const [file, tree] of trees) {
    if (file.endsWith(".generated.ts")) continue;
    if (!/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file.slice(file.lastIndexOf("/") + 1))) odd.push(`${file}: name`);
    if (!/^(#!.*\n)?\/[/*]/.test(tree.text)) odd.push(`${file}: no first comment`);
    const lines = tree.text.split("\n").length;
    if (lines > 500) odd.push(`${file}: ${lines} lines`);
  }
  assert.equal(odd, []);
});

test.run();
