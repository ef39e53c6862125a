// Diagnostics of open documents: told when they change, or given when a client asks that wants to ask.

import { DocumentDiagnosticReportKind, type Diagnostic, type DocumentDiagnosticReport } from "vscode-languageserver";
import { importedMistakes } from "../services/imported-mistakes.js";
import { diagnosticOf } from "./convert.js";
import type { Server } from "./server.js";

/** So long after the last change everything is checked, in milliseconds: what takes a whole program must not stand in the way of typing. */
const PAUSE = 250;
/** So many turns of the event loop a check waits for what is being sent. */
const MOST_DELAYS = 5;

export class Diagnostics {
  readonly #server: Server;
  /** Documents to tell of. */
  readonly #waiting = new Set<string>();
  #next: NodeJS.Immediate | null = null;
  /** Documents to check completely. */
  readonly #unfinished = new Set<string>();
  #idle: NodeJS.Timeout | null = null;
  /** Notifications that are not written yet. */
  #sending = 0;
  #delays = 0;

  constructor(server: Server) {
    this.#server = server;
  }

  /** Tells of a document, and of those that import it, as soon as all changes that came together are read. */
  changed(path: string): void {
    const { client, workspace, connection } = this.#server;
    for (const dependent of workspace.dependents(path)) this.#unfinished.add(dependent);
    this.#rest(PAUSE);
    if (client.textDocument?.diagnostic !== undefined) {
      // The editor asks by itself for the document that is being typed.
      if (workspace.dependents(path).length > 1 && client.workspace?.diagnostics?.refreshSupport === true) connection.languages.diagnostics.refresh();
      return;
    }
    // The one that is typed in goes first.
    for (const dependent of workspace.dependents(path)) this.#waiting.add(dependent);
    this.#next ??= setImmediate(() => this.#publishNext());
  }

  /** Everything may have changed. */
  allChanged(): void {
    const { client, workspace, connection } = this.#server;
    for (const path of workspace.documents.keys()) this.changed(path);
    if (client.textDocument?.diagnostic !== undefined && client.workspace?.diagnostics?.refreshSupport === true) connection.languages.diagnostics.refresh();
  }

  /** Takes back what was told of a document that is closed. */
  closed(uri: string): void {
    if (this.#server.client.textDocument?.diagnostic === undefined) void this.#server.connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  /** The answer to a client that asks. */
  report(path: string): DocumentDiagnosticReport {
    return { kind: DocumentDiagnosticReportKind.Full, items: [...this.#of(path)] };
  }

  // Starts to wait anew.
  #rest(milliseconds: number): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#completeNext(), milliseconds);
  }

  // One document at a time, so that requests come in between.
  #completeNext(): void {
    const { client, workspace, connection } = this.#server;
    const [path] = this.#unfinished;
    this.#idle = null;
    // What is on its way to the client would wait behind a whole check. A client that takes nothing is not waited for.
    if (this.#sending > 0 && this.#delays++ < MOST_DELAYS) return this.#rest(0);
    this.#delays = 0;
    if (path === undefined) return;
    this.#unfinished.delete(path);
    this.#server.attempt("checking", () => {
      if (!workspace.complete(path)) return;
      if (client.textDocument?.diagnostic === undefined) this.#publish(path);
      else if (client.workspace?.diagnostics?.refreshSupport === true) connection.languages.diagnostics.refresh();
      // Shapes and weights may be known only now.
      if (client.workspace?.inlayHint?.refreshSupport === true) void connection.languages.inlayHint.refresh().catch(() => undefined);
    });
    this.#idle = setTimeout(() => (this.#unfinished.size > 0 ? this.#completeNext() : this.#prepare(path)));
  }

  // Then what is asked for while one types is made ready, a file at a time.
  #prepare(path: string): void {
    this.#idle = null;
    this.#server.attempt("reading other files", () => {
      if (this.#server.workspace.prepare(path)) this.#idle = setTimeout(() => this.#prepare(path));
    });
  }

  #publishNext(): void {
    const [path] = this.#waiting;
    this.#next = null;
    if (path === undefined) return;
    this.#waiting.delete(path);
    this.#server.attempt("diagnostics", () => this.#publish(path));
    if (this.#waiting.size > 0) this.#next = setImmediate(() => this.#publishNext());
  }

  #publish(path: string): void {
    const { workspace, connection } = this.#server;
    const document = workspace.documents.get(path);
    if (document === undefined) return;
    this.#sending++;
    const sent = (): void => void this.#sending--;
    void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics: [...this.#of(path)] }).then(sent, sent);
    // Of a long file that was just opened only the first is told yet.
    if (workspace.isNew(path)) this.#rest(0);
  }

  #of(path: string): readonly Diagnostic[] {
    const { workspace } = this.#server;
    const snapshot = workspace.snapshot(path);
    if (snapshot === null) return [];
    const own = snapshot.diagnostics.filter(({ origin }) => origin.file === path);
    return [...importedMistakes(snapshot, (file) => workspace.documents.has(file)), ...own].map((diagnostic) => diagnosticOf(snapshot, diagnostic));
  }
}
