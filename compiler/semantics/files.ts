// The files of a program and their names: loads the opened file and its imports, declares what each holds, links imports.
// Relies on the host for text and on a parser that is handed in.

import type { Block, Data, Declaration, Import, Let, Model, Name, Program, Recipe, Train } from "../ast/ast.js";
import type { Checked, Diagnostic } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Host } from "../host.js";
import type { Origin, SourceFile } from "../source/source.js";
import { limits } from "./limits.js";
import { missingLibrary } from "./not-supported.js";
import { packageFile } from "./packages.js";
import { replacement, type Report } from "./report.js";

export type Parse = (file: SourceFile) => Checked<Program>;

/** What a name of a file stands for. */
export interface Entry {
  readonly node: Let | Data | Block | Model | Recipe | Train;
  /** The file that declares it, which may be another. */
  readonly file: FileScope;
}

/** A loaded file with all its names. */
export interface FileScope {
  readonly path: string;
  /** What the tree was made of. */
  readonly text: string;
  readonly program: Program;
  readonly entries: Map<string, Entry>;
  /** Names that an import could not bring: they stand for nothing and cause no further message. */
  readonly broken: Set<string>;
  /** Starts of declarations that hold a syntax error. */
  readonly tainted: Set<number>;
  readonly hasSyntaxErrors: boolean;
  /** May a declaration, or a name of an import, be among what a syntax error has lost? */
  readonly mayLackNames: boolean;
  /** What the parser reported. */
  readonly syntax: ReadonlySet<Diagnostic>;
}

/** All files by path, the opened one first. */
export function loadFiles(main: string, host: Host, parse: Parse, report: Report): ReadonlyMap<string, FileScope> {
  const files = new Map<string, FileScope>();
  const targets = new Map<Import, FileScope>();
  load(main, null);
  for (const file of files.values()) link(file, targets, report);
  return files;

  // `chain` is how the file came to be opened, the opened file first.
  function load(path: string, by: { readonly from: FileScope; readonly node: Import; readonly chain: readonly string[] } | null): FileScope | null {
    const known = files.get(path);
    if (known !== undefined) return known;
    const text = host.read(path);
    if (text === null) {
      const origin: Origin = by === null ? { file: path, span: { start: 0, end: 0 } } : { file: by.from.path, span: by.node.from.span };
      report.say("file-not-found", origin, { file: by === null ? path : by.node.from.value, nearest: "" });
      return null;
    }
    const parsed = parse({ path, text });
    report.add(parsed.diagnostics);
    const file = declare({ path, text }, parsed.value, parsed.diagnostics, report);
    files.set(path, file);
    const chain = [...(by?.chain ?? []), path];
    for (const node of file.program.declarations) {
      if (node.kind !== "import") continue;
      const target = importPath(file, node);
      if (target === null) continue;
      const index = chain.indexOf(target);
      if (index >= 0) {
        const cycle = [...chain.slice(index), target].map((step) => `\`${step}\``).join(" -> ");
        report.say("import-cycle", { file: path, span: node.from.span }, { cycle });
        continue;
      }
      if (chain.length > limits.imports) {
        report.say("recursion-limit", { file: path, span: node.from.span }, { limit: limits.imports, what: "imports" }, { help: "Import the file from one that is nearer to the opened one." });
        continue;
      }
      const loaded = load(target, { from: file, node, chain });
      if (loaded !== null) targets.set(node, loaded);
    }
    return file;
  }

  function importPath(file: FileScope, node: Import): string | null {
    const specifier = node.from.value;
    const origin: Origin = { file: file.path, span: node.from.span };
    if (specifier.startsWith("pkg:")) {
      const found = packageFile(specifier, file.path, host);
      if (found.kind === "file") return found.path;
      if (found.kind === "not-installed") report.say("package-not-found", origin, { package: found.name });
      else if (found.kind === "form") report.say("package-form", origin, { found: specifier });
      else report.say("package-file", origin, { package: found.name, file: found.file, why: found.why });
      return null;
    }
    if (specifier.startsWith("std/")) {
      const path = host.library(specifier, file.path);
      if (path !== null) return path;
      const missing = missingLibrary(specifier);
      if (missing.planned) report.say("not-supported-yet", origin, { what: `\`${specifier}\`` });
      else report.say("file-not-found", origin, { file: specifier, nearest: missing.nearest ?? "" }, missing.nearest === null ? {} : { fixes: [replacement(`Write "${missing.nearest}"`, origin, JSON.stringify(missing.nearest))] });
      return null;
    }
    if (specifier === "") {
      // Where recovery put it in, its absence is told already.
      if (node.from.span.end > node.from.span.start) report.say("file-not-found", origin, { file: "", nearest: "" });
      return null;
    }
    return resolvePath(file.path, specifier);
  }
}

/** `./a/../b.sop` as seen from a file: relative to its folder, `.` and `..` taken out. */
export function resolvePath(from: string, specifier: string): string {
  if (specifier.startsWith("/")) return specifier;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "." || part === "") continue;
    if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== ".." && parts[parts.length - 1] !== "") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** The other way round: how an import of the file at `from` names the one at `path`, with `./` or `../` in front; null where no way leads there. */
export function specifierOf(from: string, path: string): string | null {
  const [folders, parts] = [from.split("/").slice(0, -1), path.split("/")];
  let same = 0;
  while (same < folders.length && same < parts.length - 1 && folders[same] === parts[same]) same++;
  // Another drive, a document without a file.
  if (same === 0 && [from, path].some((each) => /^(?:\/|\w+:)/.test(each))) return null;
  const up = folders.length - same;
  return `${up === 0 ? "./" : "../".repeat(up)}${parts.slice(same).join("/")}`;
}

// After these, whole declarations can be missing.
const losing: ReadonlySet<string> = new Set(["unknown-declaration", "too-many-mistakes", "text-too-long", "nesting-too-deep", "expression-too-long"]);

function declare({ path, text }: SourceFile, program: Program, diagnostics: readonly Diagnostic[], report: Report): FileScope {
  const entries = new Map<string, Entry>();
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error" && diagnostic.origin.file === path);
  const tainted = new Set<number>();
  program.declarations.forEach((node, index) => {
    const end = program.declarations[index + 1]?.span.start ?? Number.POSITIVE_INFINITY;
    if (errors.some(({ origin: { span } }) => span.start >= node.span.start && span.start < end)) tainted.add(node.span.start);
  });
  const first = program.declarations[0]?.span.start ?? Number.POSITIVE_INFINITY;
  const isUnread = ({ id, origin }: Diagnostic): boolean => losing.has(id) || origin.span.start < first;
  const mayLackNames = errors.some(isUnread) || program.declarations.some((node) => (node.kind === "import" ? tainted.has(node.span.start) : node.name.text === ""));
  const file: FileScope = { path, text, program, entries, broken: new Set(), tainted, hasSyntaxErrors: errors.length > 0, mayLackNames, syntax: new Set(diagnostics) };
  for (const node of program.declarations) {
    if (node.kind === "import" || node.name.text === "") continue;
    const earlier = entries.get(node.name.text);
    if (earlier === undefined) entries.set(node.name.text, { node, file });
    else duplicate(node.name, path, earlier, report);
  }
  return file;
}

function link(file: FileScope, targets: ReadonlyMap<Import, FileScope>, report: Report): void {
  for (const node of file.program.declarations) {
    if (node.kind !== "import") continue;
    const target = targets.get(node);
    for (const { name, alias } of node.names) {
      const local = alias ?? name;
      if (local.text === "" || name.text === "") continue;
      const origin: Origin = { file: file.path, span: name.span };
      const earlier = file.entries.get(local.text);
      if (earlier !== undefined) {
        // What is wrong with the import is told already.
        if (target !== undefined) duplicate(local, file.path, earlier, report);
        continue;
      }
      const entry = target?.entries.get(name.text);
      const isOwn = entry !== undefined && entry.file === target;
      if (isOwn && !name.text.startsWith("_")) {
        file.entries.set(local.text, entry);
        continue;
      }
      file.broken.add(local.text);
      if (target === undefined) continue;
      if (isOwn) {
        report.say("private-name", origin, { name: name.text, file: node.from.value }, { notes: [{ origin: originOf(entry), message: `\`${name.text}\` is declared here.` }] });
        continue;
      }
      const nearest = suggest(name.text, [...target.entries].filter(([key, value]) => value.file === target && !key.startsWith("_")).map(([key]) => key));
      if (target.hasSyntaxErrors) continue;
      // The program surely uses the name that was meant.
      if (nearest !== null) file.broken.add(nearest);
      report.say("unknown-import", origin, { name: name.text, file: node.from.value, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
    }
  }
}

/** Where an entry's name stands. */
export function originOf(entry: Entry): Origin {
  return { file: entry.file.path, span: entry.node.name.span };
}

function duplicate(name: Name, path: string, earlier: Entry, report: Report): void {
  report.say("duplicate-declaration", { file: path, span: name.span }, { name: name.text }, { notes: [{ origin: originOf(earlier), message: `\`${name.text}\` is declared here.` }] });
}

/** The article and word for what a declaration is: "a block". */
export function kindOf(node: Declaration): string {
  switch (node.kind) {
    case "let":
      return "a constant";
    case "data":
      return "a dataset";
    case "train":
      return "a run";
    case "import":
      return "an import";
    default:
      return `a ${node.kind}`;
  }
}
