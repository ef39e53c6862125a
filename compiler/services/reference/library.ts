// The reference of the standard library, read from its files: documentation, signatures and what each model takes and gives.

import { parse } from "../../ast/parse.js";
import type { Block, Body, Data, Declaration, Model, Param, Recipe } from "../../ast/ast.js";
import type { Host } from "../../host.js";
import { libraries } from "../../semantics/not-supported.js";
import { libraryExample } from "./library-examples.js";
import { notesOf } from "./notes.js";
import { entry, type ReferenceEntry } from "./page.js";

type Exported = Block | Data | Model | Recipe;

/** Each file of the library, and each name that it declares for others. */
export function libraryEntries(host: Host): readonly ReferenceEntry[] {
  return libraries.flatMap((specifier) => {
    const path = host.library(specifier, "");
    const text = path === null ? null : host.read(path);
    if (path === null || text === null) return [];
    const { value: program } = parse({ path, text });
    const about = program.doc ?? fileDoc(text);
    const doc = oneParagraph(about);
    const names = program.declarations.filter(isExported).map((node) => nameEntry(specifier, node, text, about));
    const file = entry({
      word: specifier,
      kind: "library",
      title: "a file of the standard library",
      signature: `import { ${names.map(({ word }) => word).join(", ")} } from ${JSON.stringify(specifier)}`,
      doc,
      members: names.map(({ word, signature, doc: own }) => ({ name: word, signature: signature ?? word, doc: own })),
      notes: notesOf(specifier),
      example: libraryExample(specifier, names[0]?.word ?? ""),
    });
    return [file, ...names];
  });
}

function isExported(node: Declaration): node is Exported {
  return (node.kind === "block" || node.kind === "model" || node.kind === "recipe" || node.kind === "data") && !node.name.text.startsWith("_");
}

const articles: { readonly [K in Exported["kind"]]: string } = { block: "a block", data: "a dataset", model: "a model", recipe: "a recipe" };

function nameEntry(specifier: string, node: Exported, text: string, about: string): ReferenceEntry {
  const word = node.name.text;
  return entry({
    word,
    kind: "library-name",
    title: `${articles[node.kind]} of \`${specifier}\``,
    signature: signatureOf(node, text),
    doc: oneParagraph(ownDoc(node.doc ?? "", about)),
    options: node.kind === "data" ? [] : node.params.filter(({ doc }) => doc !== null).map((param) => parameter(param, text)),
    notes: notesOf(word),
    example: libraryExample(specifier, word),
  });
}

function parameter({ name, type, default: fallback, doc }: Param, text: string) {
  return { name: name.text, type: `\`${slice(text, type)}\``, default: fallback === null ? null : slice(text, fallback), doc: oneParagraph(doc ?? "") };
}

/** Of a block its head, of a model its head with inputs and outputs, of a recipe or dataset all of it; without documentation. */
function signatureOf(node: Exported, text: string): string {
  if (node.kind === "data") return slice(text, node);
  if (node.kind === "recipe") {
    const [body] = node.clauses;
    const end = body?.span.start ?? node.span.end;
    return `${head(text.slice(node.span.start, end))}\n  ${text.slice(end, node.span.end)}`;
  }
  if (node.kind === "model" && node.definition.kind !== "body") return slice(text, node);
  const body: Body | null = node.kind === "block" ? node.body : node.definition.kind === "body" ? node.definition.body : null;
  const start = head(text.slice(node.span.start, body?.span.start ?? node.span.end));
  if (node.kind === "block" || body === null) return start;
  const lines = body.statements.flatMap((statement) => {
    if (statement.kind === "input") return statement.fields.map((field) => `  input ${slice(text, field)}`);
    if (statement.kind === "output") return [`  output ${statement.name.text}${statement.type === null ? "" : `: ${slice(text, statement.type)}`}`];
    return [];
  });
  return [start, ...lines].join("\n");
}

/** On one line, without the documentation of parameters. */
function head(text: string): string {
  return text.replace(/\/\/\/.*$/gm, "").replace(/\s+/g, " ").replaceAll("( ", "(").replaceAll(", )", ")").trim();
}

function slice(text: string, { span }: { readonly span: { readonly start: number; readonly end: number } }): string {
  return text.slice(span.start, span.end);
}

/** The documentation of a declaration without that of the file, which stands before it where there is no import. */
function ownDoc(doc: string, about: string): string {
  return (about !== "" && doc.startsWith(`${about}\n`) ? doc.slice(about.length) : doc).trim();
}

/** Lines of a comment end where the file is full, not the sentence. */
function oneParagraph(doc: string): string {
  return doc.replaceAll("\n", " ");
}

/** A file without imports has its documentation as the first comment, with an empty line after it. */
function fileDoc(text: string): string {
  const [, doc = ""] = /^((?:\/\/\/.*\n)+)\n/.exec(text) ?? [];
  return doc.replace(/^\/\/\/ ?/gm, "").trim();
}
