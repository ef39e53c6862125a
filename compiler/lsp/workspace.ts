// The files that an editor has open, over those on disk: one program for each open document, checked when somebody asks.

import { existsSync, readdirSync } from "node:fs";
import { TextDocument, type TextDocumentContentChangeEvent } from "vscode-languageserver-textdocument";
import { fileHost } from "../cli/file-host.js";
import { check } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Host } from "../host.js";
import { LiveProgram, snapshot } from "../live/live-program.js";
import { loaded } from "../live/loaded.js";
import { libraries } from "../semantics/not-supported.js";
import { libraryExports, nearestFiles, otherFiles, readNext, type OtherFile } from "../services/names/exports.js";
import { workspaceOf, type Workspace as NamedFiles } from "../services/names/workspace.js";
import type { Snapshot } from "../services/snapshot.js";
import { isFile, pathOf, pathOnDisk } from "./paths.js";

/** So many folders and files are looked at for `.sop` files of a workspace; beyond, it is no workspace of models. */
const MOST_ENTRIES = 20_000;
const passedOver = new Set(["node_modules", "dist", "build", "runs"]);

export class Workspace {
  readonly #documents = new Map<string, TextDocument>();
  readonly #programs = new Map<string, LiveProgram>();
  readonly #disk = fileHost();
  #roots: readonly string[] = [];
  #sources: ReadonlySet<string> | null = null;
  /** Other files of the open folders as those that are asked about would import them. */
  readonly #near = new Map<string, ReturnType<typeof nearestFiles>>();
  /** Files that nobody has open, with what they import. */
  #closed: readonly NamedFiles[] | null = null;

  /** Texts of open documents, and of files on disk for all others. */
  readonly host: Host = {
    read: (path) => this.#documents.get(path)?.getText() ?? (isFile(path) || path.startsWith("sop:") ? this.#disk.read(path) : null),
    library: this.#disk.library,
    package: this.#disk.package,
    hash: this.#disk.hash,
  };

  /** Folders that the editor has open. */
  get roots(): readonly string[] {
    return this.#roots;
  }

  set roots(paths: readonly string[]) {
    this.#roots = paths;
    this.#look();
    this.#closed = null;
  }

  /** Open documents by path. */
  get documents(): ReadonlyMap<string, TextDocument> {
    return this.#documents;
  }

  open(uri: string, version: number, text: string): string {
    const path = pathOf(uri);
    this.#documents.set(path, TextDocument.create(uri, "sop", version, text));
    // Where it is imported its file on disk was read, or was not there.
    for (const program of this.#programs.values()) program.reset();
    this.#programs.set(path, new LiveProgram(path, this.host));
    this.#closed = null;
    this.#near.clear();
    this.#changed(path);
    return path;
  }

  change(uri: string, version: number, changes: TextDocumentContentChangeEvent[]): string {
    const path = pathOf(uri);
    const document = this.#documents.get(path);
    if (document !== undefined) this.#documents.set(path, TextDocument.update(document, changes, version));
    this.#changed(path);
    return path;
  }

  close(uri: string): string {
    const path = pathOf(uri);
    this.#documents.delete(path);
    this.#programs.delete(path);
    this.changedOnDisk([path]);
    return path;
  }

  /** Files that were changed, made or removed outside the editor. */
  changedOnDisk(paths: readonly string[]): void {
    for (const path of paths) this.#disk.forget(path);
    // What an import could not find may be there now.
    for (const program of this.#programs.values()) program.reset();
    // Where files have only another text, the folders hold what they held.
    if (!paths.every((path) => this.#sources?.has(path) === true && existsSync(path))) this.#look();
    this.#closed = null;
    this.#near.clear();
  }

  /** Everything on disk is read anew: for editors that do not tell what changes there. */
  readAnew(): void {
    this.changedOnDisk([...this.#disk.texts.keys(), ...this.#disk.problems.keys()].filter((path) => !path.startsWith("sop:")));
    this.#look();
  }

  /** What can be said of a file at once; null where there is none. Of files that are not open nothing is kept. */
  snapshot(path: string): Snapshot | null {
    const program = this.#programs.get(path);
    return program === undefined ? snapshot(path, this.host) : program.soon();
  }

  /** Is nothing known yet of what an open file means? */
  isNew(path: string): boolean {
    return this.#programs.get(path)?.isNew === true;
  }

  /** Checks all of an open file's program, unless that is done; true if it was not. */
  complete(path: string): boolean {
    const program = this.#programs.get(path);
    if (program === undefined || program.isComplete) return false;
    program.complete();
    return true;
  }

  /** The diagnostics that the program of a file would have with another text in its place. */
  checked(path: string, text: string): readonly Diagnostic[] {
    return check(path, { ...this.host, read: (other) => (other === path ? text : this.host.read(other)) }).diagnostics;
  }

  /** Open documents whose programs hold the file, itself first. */
  dependents(path: string): readonly string[] {
    const others = [...this.#documents.keys()].filter((other) => other !== path && this.#programs.get(other)?.holds(path) === true);
    return this.#documents.has(path) ? [path, ...others] : others;
  }

  /** All files of the open folders and of open documents with their names; the file at `path` comes first. */
  named(path: string | null): NamedFiles {
    this.#closed ??= this.#closedFiles();
    const open = [...this.#programs.keys()].sort((a, b) => Number(b === path) - Number(a === path)).flatMap((each) => this.snapshot(each) ?? []);
    const own = path === null || this.#programs.has(path) ? null : this.snapshot(path);
    return workspaceOf([...(own === null ? [] : [own]), ...open, ...this.#closed], this.host);
  }

  /** Other files of the open folders with what they declare for others, the nearest to the file at `path` first. */
  others(path: string): readonly OtherFile[] {
    return otherFiles(path, this.#nearTo(path), this.host.read);
  }

  /** Reads something that `others` and completions will ask for, while nobody waits; false where all of it is known. */
  prepare(path: string): boolean {
    for (const specifier of libraries) libraryExports(this.host, specifier, path);
    return readNext(this.#nearTo(path), this.host.read);
  }

  #nearTo(path: string): ReturnType<typeof nearestFiles> {
    if (!isFile(path)) return [];
    const near = this.#near.get(path) ?? nearestFiles(path, new Set([...this.#found(), ...this.#documents.keys()].filter((each) => this.#isOwn(each))));
    this.#near.set(path, near);
    return near;
  }

  /** Does the file, which may not be on disk yet, belong to an open folder? */
  #isOwn(path: string): boolean {
    return this.#roots.some((root) => path.startsWith(root === "/" ? root : `${root}/`) && !path.slice(root.length).split("/").slice(0, -1).some(isPassedOver));
  }

  /** Files on disk. */
  #found(): ReadonlySet<string> {
    this.#sources ??= new Set(this.#roots.flatMap((root) => sourcesIn(root, { left: MOST_ENTRIES })));
    return this.#sources;
  }

  /** The folders are looked through again when somebody asks. */
  #look(): void {
    this.#sources = null;
    this.#near.clear();
  }

  // Where one imports an open file, what it is told of that file is as of when it was loaded; the open file's own program comes first.
  #closedFiles(): readonly NamedFiles[] {
    return [...this.#found()].filter((path) => !this.#documents.has(path)).map((path) => {
      const files = loaded(path, this.host);
      const texts = new Map([...files.keys()].map((each) => [each, this.host.read(each) ?? ""]));
      return { files, textOf: (each) => texts.get(each) ?? "", host: this.host };
    });
  }

  #changed(path: string): void {
    if (this.#closed?.some(({ files }) => files.has(path)) === true) this.#closed = null;
    for (const program of this.#programs.values()) if (program.holds(path)) program.changed();
  }
}

function isPassedOver(folder: string): boolean {
  return folder.startsWith(".") || passedOver.has(folder);
}

function sourcesIn(folder: string, budget: { left: number }): readonly string[] {
  const found: string[] = [];
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return found;
  }
  for (const entry of entries) {
    if (--budget.left < 0) return found;
    const path = `${folder === "/" ? "" : folder}/${entry.name}`;
    if (entry.isFile() && entry.name.endsWith(".sop")) found.push(pathOnDisk(path));
    else if (entry.isDirectory() && !isPassedOver(entry.name)) found.push(...sourcesIn(path, budget));
  }
  return found;
}
