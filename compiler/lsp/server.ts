// What all requests share: the connection, the files, what the client can do. A handler that fails logs and answers empty; the server lives on.

import { setImmediate } from "node:timers/promises";
import { ErrorCodes, LSPErrorCodes, ResponseError, type CancellationToken, type ClientCapabilities, type Connection } from "vscode-languageserver";
import type { FileScope } from "../semantics/files.js";
import type { InlayHintOptions } from "../services/inlay-hints.js";
import type { Snapshot } from "../services/snapshot.js";
import type { LineMap } from "../source/line-map.js";
import { pathOf } from "./paths.js";
import { Workspace } from "./workspace.js";

/** A document that a request is about, as it is now. */
export interface Opened {
  readonly snapshot: Snapshot;
  readonly path: string;
  readonly file: FileScope;
  readonly text: string;
  readonly lines: LineMap;
}

/** What a client says at the start, beside what it can do. */
export interface Options {
  readonly inlayHints?: Partial<InlayHintOptions>;
}

export class Server {
  readonly workspace = new Workspace();
  client: ClientCapabilities = {};
  options: Options = {};

  constructor(readonly connection: Connection) {}

  /** The document of a request; null where it is not known. */
  opened(uri: string): Opened | null {
    const path = pathOf(uri);
    const snapshot = this.workspace.snapshot(path);
    const file = snapshot?.files.get(path);
    return snapshot === null || file === undefined ? null : { snapshot, path, file, text: snapshot.textOf(path), lines: snapshot.linesOf(path) };
  }

  /** A handler of requests about a document: waits for what is already on its way, so that a request can be taken back before it costs anything. */
  about<P extends { readonly textDocument: { readonly uri: string } }, R>(name: string, empty: R, answer: (opened: Opened, params: P) => R): (params: P, token: CancellationToken) => Promise<R> {
    return this.guarded(name, empty, (params) => {
      requireDocument(params);
      const opened = this.opened(params.textDocument.uri);
      return opened === null ? empty : answer(opened, params);
    });
  }

  /** A handler of any request. */
  guarded<P, R>(name: string, empty: R, answer: (params: P) => R | Promise<R>): (params: P, token: CancellationToken) => Promise<R> {
    return async (params, token) => {
      await setImmediate();
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
      try {
        return await answer(params);
      } catch (error) {
        // What was asked cannot be done, and the answer says why.
        if (error instanceof ResponseError) throw error;
        this.fault(name, error);
        return empty;
      }
    };
  }

  /** Work outside of requests. */
  attempt(name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fault(name, error);
    }
  }

  /** A fault of ours goes to the log of the editor. */
  fault(name: string, error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.connection.console.error(`sop lsp: ${name} failed. This is a fault of sop, please report it.\n${detail}`);
  }
}

/** Parameters come from outside: what names no document is the client's mistake. */
export function requireDocument(params: unknown): void {
  const document: unknown = typeof params === "object" && params !== null && "textDocument" in params ? params.textDocument : null;
  if (typeof document !== "object" || document === null || !("uri" in document) || typeof document.uri !== "string") throw new ResponseError(ErrorCodes.InvalidParams, "the request names no document");
}
