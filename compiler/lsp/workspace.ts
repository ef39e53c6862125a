// The files that an editor has open, over those on disk: one program for each open document, checked when somebody asks.

import { readdirSync } from "node:fs";
import { TextDocument, type TextDocumentContentChangeEvent } from "vscode-languageserver-textdocument";
import { fileHost } from "../cli/file-host.js";
import { check, snapshot } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Host } from "../host.js";
import type { Snapshot } from "../services/snapshot.js";
import { isFile, pathOf } from "./paths.js";

/** So many folders and files are looked at for `.sop` files of a workspace; beyond, it is no workspace of models. */
const MOST_ENTRIES = 20_000;
const passedOver = new Set(["node_modules", "dist", "build", "runs"]);

export class Workspace {
  readonly #documents = new Map<string, TextDocument>();
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #disk = fileHost();
  #roots: readonly string[] = [];
  #sources: readonly string[] | null = null;

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
    this.#sources = null;
  }

  /** Open documents by path. */
  get documents(): ReadonlyMap<string, TextDocument> {
    return this.#documents;
  }

  open(uri: string, version: number, text: string): string {
    const path = pathOf(uri);
    this.#documents.set(path, TextDocument.create(uri, "sop", version, text));
    this.#invalidate(path);
    return path;
  }

  change(uri: string, version: number, changes: TextDocumentContentChangeEvent[]): string {
    const path = pathOf(uri);
    const document = this.#documents.get(path);
    if (document !== undefined) this.#documents.set(path, TextDocument.update(document, changes, version));
    this.#invalidate(path);
    return path;
  }

  close(uri: string): string {
    const path = pathOf(uri);
    this.#documents.delete(path);
    this.#snapshots.delete(path);
    this.changedOnDisk([path]);
    return path;
  }

  /** Files that were changed, made or removed outside the editor. */
  changedOnDisk(paths: readonly string[]): void {
    for (const path of paths) this.#disk.forget(path);
    // What an import could not find may be there now.
    this.#snapshots.clear();
    this.#sources = null;
  }

  /** What is known of a file now; null where there is none. */
  snapshot(path: string): Snapshot | null {
    const known = this.#snapshots.get(path);
    if (known !== undefined) return known;
    if (this.host.read(path) === null) return null;
    const taken = snapshot(path, this.host);
    // Of files that are not open nothing is kept.
    if (this.#documents.has(path)) this.#snapshots.set(path, taken);
    return taken;
  }

  /** The diagnostics that the program of a file would have with another text in its place. */
  checked(path: string, text: string): readonly Diagnostic[] {
    return check(path, { ...this.host, read: (other) => (other === path ? text : this.host.read(other)) }).diagnostics;
  }

  /** Open documents whose programs hold the file, itself first. */
  dependents(path: string): readonly string[] {
    const others = [...this.#documents.keys()].filter((other) => other !== path && (this.#snapshots.get(other)?.files.has(path) ?? true));
    return this.#documents.has(path) ? [path, ...others] : others;
  }

  /** Paths of all `.sop` files in the open folders and of open documents. */
  sources(): readonly string[] {
    this.#sources ??= this.#roots.flatMap((root) => sourcesIn(root, { left: MOST_ENTRIES }));
    return [...new Set([...this.#documents.keys(), ...this.#sources])];
  }

  #invalidate(path: string): void {
    for (const [other, { files }] of this.#snapshots) if (other === path || files.has(path)) this.#snapshots.delete(other);
  }
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
    if (entry.isFile() && entry.name.endsWith(".sop")) found.push(path);
    else if (entry.isDirectory() && !entry.name.startsWith(".") && !passedOver.has(entry.name)) found.push(...sourcesIn(path, budget));
  }
  return found;
}
