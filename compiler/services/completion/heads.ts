// At the margin and in heads of declarations: what they begin with, what they take.

import { parse } from "../../ast/parse.js";
import { generators } from "../../semantics/clauses/generators.js";
import { sources } from "../../semantics/clauses/source.js";
import { kindOf, specifierOf } from "../../semantics/files.js";
import { libraries } from "../../semantics/not-supported.js";
import { importedPath } from "../links.js";
import { importersOf, importsOf } from "../names/exports.js";
import { libraryFiles } from "../names/workspace.js";
import { functionSignature, signatureLabel } from "../signatures/signature.js";
import { annotations, copies, isValue } from "./bodies.js";
import { callSnippet, escaped, item, keyword, type CompletionItem, type CompletionKind } from "./item.js";
import { declared, importable, type Site } from "./site.js";
import { constantValues, layerValues, tensorTypes, valueTypes } from "./values.js";

/** Words that begin a declaration, each with its form. */
export function declarationItems(): readonly CompletionItem[] {
  return [
    keyword("import", 'import { $1 } from "$2"', "here"),
    keyword("let", "let ${1:name} = $0", "here"),
    keyword("data", 'data ${1:name} = ${2:csv("file.csv")} {\n  fields $0\n\\}', "here"),
    keyword("block", "block ${1:name}(x: ${2:f32[d]}) -> ${3:f32[d]} {\n  return $0\n\\}", "here"),
    keyword("model", "model ${1:Name} {\n  input  ${2:x: f32[8]}\n  output ${3:y} = $0\n\\}", "here"),
    keyword("recipe", "recipe ${1:name} {\n  $0\n\\}", "here"),
    keyword("train", "train ${1:name}: ${2:Model} on ${3:data} {\n  $0\n\\}", "here"),
  ];
}

/** In the head of a declaration, in no bracket of it. */
export function headItems(site: Site): readonly CompletionItem[] {
  const { declaration } = site.cursor;
  const { item: tokens, last } = site;
  switch (declaration) {
    case "import":
      return last?.text === "from" ? [] : last?.kind === "group" ? [keyword("from", 'from "$1"', "here")] : [];
    case "let":
      return last?.text === "=" || last?.kind === "sign" ? constantValues(site) : [];
    case "data":
      return last?.text === "=" ? [...sourceItems(site), ...declared(site, ["data"]), ...importable(site, ["data"])] : [];
    case "block":
      return last?.text === "->" || (site.frame.done.length > 0 && tokens.length === 0) ? tensorTypes() : last?.kind === "group" && last.text === "(" && tokens.length === 3 ? [keyword("->", "-> ", "here")] : [];
    case "train":
      return trainHead(site);
    case "model":
      return modelHead(site);
    default:
      return [];
  }
}

function trainHead(site: Site): readonly CompletionItem[] {
  const { item: tokens, last } = site;
  if (last?.text === ":") return models(site);
  if (last?.text === "overparam") return copies(site);
  if (last?.text === "on") return [...declared(site, ["data"]), ...importable(site, ["data"])];
  const hasData = tokens.some(({ text }) => text === "on");
  return !hasData && tokens.length > 3 && isValue(site) ? [keyword("on", "on ", "here"), ...annotations()] : [];
}

function models(site: Site): readonly CompletionItem[] {
  return [...declared(site, ["model"]), ...importable(site, ["model"])];
}

function modelHead(site: Site): readonly CompletionItem[] {
  const { last, frame } = site;
  const items = [...frame.done, site.item];
  const isFused = items.some((tokens) => tokens.some(({ text }) => text === "fuse"));
  if (last?.text === "overparam") return copies(site);
  if (last?.text === "fuse") return [keyword("from", "from ", "here")];
  if (isFused) {
    if (last === null || last.text === "from") return [...declared(site, ["train"]), ...importable(site, ["train"]), item("source", "checkpoint", "built-in", { detail: 'checkpoint("file.safetensors") as Model(...)', snippet: 'checkpoint("${1:model.safetensors}") as ' })];
    if (last.text === "as") return models(site);
    if (last.text === "at") return [keyword("step", "step ", "here")];
    return isValue(site) && last.kind !== "number" ? [keyword("at", "at step ${1:1000}", "here"), keyword("as", "as ", "here")] : [];
  }
  if (last?.text === "=") return models(site);
  const hasCall = site.item.some(({ text }) => text === "=");
  return isValue(site) && site.item.length > 1 ? [keyword("fuse", "fuse from ", "here"), ...(hasCall ? annotations() : [keyword("overparam", "overparam ${1:4}", "here")])] : [];
}

function sourceItems(site: Site): readonly CompletionItem[] {
  return Object.entries(sources).map(([name, spec]) => {
    const signature = functionSignature(name, spec);
    const file = name === "images" ? "folder/" : name === "synthetic" ? "digits" : `file.${name === "jsonl" ? "jsonl" : name === "text" ? "txt" : name}`;
    return item("source", name, "here", { detail: signatureLabel(signature).label, snippet: site.hasList ? callSnippet(signature, "bare") : `${name}("\${1:${file}}")`, topic: { kind: "word", word: name, of: "source" } });
  });
}

/** In the parentheses of a declaration's head: `name: type = default`. */
export function parameterItems(site: Site): readonly CompletionItem[] {
  const { last, item: tokens, cursor } = site;
  if (last?.text === ":" && tokens.length === 2) return [...(cursor.declaration === "block" ? tensorTypes() : []), ...valueTypes()];
  if (last?.text === "|") return [];
  const at = tokens.findIndex(({ text }) => text === "=");
  if (at < 0) return [];
  const type = tokens.slice(2, at);
  const words = type.length > 1 && type.every(({ kind, text }) => kind === "name" || text === "|") ? type.filter(({ kind }) => kind === "name").map(({ text }) => item("word", text, "here")) : [];
  if (words.length > 0) return words;
  if (type[0]?.text === "bool") return ["true", "false"].map((word) => item("word", word, "here"));
  if (type[0]?.text === "layer") return layerValues(site);
  return last?.kind === "sign" ? constantValues(site) : [];
}

/** In the braces of an import: what the file has for others. */
export function importItems(site: Site): readonly CompletionItem[] {
  const { cursor, frame, item: tokens, snapshot, file } = site;
  if (tokens.length > 0) return tokens.length === 1 ? [keyword("as", "as ", "here")] : [];
  const rest = cursor.text.slice(cursor.word.end, cursor.word.end + 1000);
  const [, behind = "", specifier = ""] = /^([^}\n]*)\}?[ \t]*(?:from)?[ \t]*"([^"\n]*)"/.exec(rest) ?? [];
  const path = importedPath(file.path, specifier, snapshot.host);
  const target = path === null ? undefined : snapshot.files.get(path);
  const text = path === null || target !== undefined ? null : snapshot.host.read(path);
  const program = target?.program ?? (path === null || text === null ? null : parse({ path, text }).value);
  const taken = new Set([...frame.done.map(([name]) => name?.text ?? ""), ...(behind.match(/\w+/g) ?? [])]);
  return (program?.declarations ?? []).flatMap((node): CompletionItem[] => {
    if (node.kind === "import" || node.name.text === "" || node.name.text.startsWith("_") || taken.has(node.name.text)) return [];
    const kinds: Readonly<Record<string, CompletionKind>> = { let: "constant", data: "dataset", train: "run", block: "block", model: "model", recipe: "recipe" };
    return [item(kinds[node.kind] ?? "constant", node.name.text, "here", { detail: kindOf(node), topic: specifier.startsWith("std/") ? { kind: "word", word: node.name.text, of: "library-name" } : node.doc === null ? null : { kind: "option", doc: node.doc } })];
  });
}

/** In quotes: files that can be imported, generators. */
export function stringItems(site: Site): readonly CompletionItem[] {
  const { cursor, frame, last, snapshot, file } = site;
  if (cursor.declaration === "import" && last?.text === "from") {
    // One that imports this one would go round in a circle.
    const above = importersOf(file.path, [...snapshot.files.values()].map((each) => ({ path: each.path, imports: importsOf(each) })));
    const installed = libraryFiles(snapshot);
    const own = [...snapshot.files.keys()].flatMap((path) => (above.has(path) || installed.has(path) ? [] : (specifierOf(file.path, path) ?? [])));
    const files = new Set([...own, ...site.others().map(({ specifier }) => specifier)]);
    return [...libraries.map((name) => item("file", name, "here", { topic: { kind: "word", word: name, of: "library" } })), ...[...files].map((specifier) => item("file", specifier, "file"))];
  }
  const isGenerator = cursor.declaration === "data" && frame.open === "(" && frame.callee[0]?.text === "synthetic" && frame.done.length === 0;
  return isGenerator ? Object.keys(generators).map((name) => item("word", name, "here", { snippet: escaped(name), detail: generators[name]?.doc ?? null, topic: { kind: "word", word: name, of: "generator" } })) : [];
}
