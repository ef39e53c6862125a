// `sop lsp`: a language server on standard input and output. It translates the protocol; the answers come from compiler/services. It runs nothing
// of what it opens, and reads open documents, `.sop` files of the open folders and what they import.

import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { DidChangeWatchedFilesNotification, TextDocumentSyncKind, type InitializeParams, type InitializeResult } from "vscode-languageserver";
import { packageVersion } from "../cli/package-root.js";
import { Diagnostics } from "./diagnostics.js";
import { pathOf } from "./paths.js";
import * as codeActions from "./requests/code-actions.js";
import * as diagnosticRequests from "./requests/diagnostics.js";
import * as formatting from "./requests/formatting.js";
import * as graph from "./requests/graph.js";
import * as help from "./requests/help.js";
import * as names from "./requests/names.js";
import * as structure from "./requests/structure.js";
import { Server, type Options } from "./server.js";

/** Serves until the client says that it ends, or is gone; then the process leaves. */
export function main(): Promise<never> {
  const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  // Standard output belongs to the protocol.
  console.log = console.info = console.debug = (...words: unknown[]) => console.error(...words);
  // An editor that is gone reads no more.
  process.stdout.on("error", () => process.exit(1));
  const server = new Server(connection);
  const diagnostics = new Diagnostics(server);
  const { workspace } = server;
  // The command ends at a fault; the server lives on, as do the texts in it that are not saved.
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.removeAllListeners(event);
    process.on(event, (error: unknown) => server.fault(event, error));
  }

  connection.onInitialize((params) => initialize(server, params));
  connection.onInitialized(() => {
    const { client } = server;
    if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true) void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: "**/*.sop" }] });
    if (client.workspace?.workspaceFolders === true) connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(removed.map(({ uri }) => pathOf(uri)));
      workspace.roots = [...workspace.roots.filter((root) => !gone.has(root)), ...added.map(({ uri }) => pathOf(uri))];
    });
  });

  connection.onDidOpenTextDocument(({ textDocument: { uri, version, text } }) => 
    server.attempt("open", () => {
      if (server.client.workspace?.didChangeWatchedFiles?.dynamicRegistration !== true) workspace.readAnew();
      workspace.open(uri, version, text);
      diagnostics.allChanged();
    }),
  );
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => server.attempt("change", () => diagnostics.changed(workspace.change(uri, version, contentChanges))));
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) =>
    server.attempt("close", () => {
      const path = workspace.close(uri);
      diagnostics.closed(uri);
      diagnostics.changed(path);
    }),
  );
  // An editor that watches no files tells at least of what it saves.
  connection.onDidSaveTextDocument(() =>
    server.attempt("save", () => {
      if (server.client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true) return;
      workspace.readAnew();
      diagnostics.allChanged();
    }),
  );
  connection.onDidChangeWatchedFiles(({ changes }) =>
    server.attempt("files", () => {
      workspace.changedOnDisk(changes.map(({ uri }) => pathOf(uri)));
      diagnostics.allChanged();
    }),
  );

  structure.register(server);
  formatting.register(server);
  names.register(server);
  help.register(server);
  codeActions.register(server);
  graph.register(server);
  diagnosticRequests.register(server, diagnostics);
  connection.listen();
  // The connection ends the process.
  return new Promise(() => undefined);
}

function initialize(server: Server, { capabilities, workspaceFolders, rootUri, initializationOptions }: InitializeParams): InitializeResult {
  server.client = capabilities;
  server.options = optionsOf(initializationOptions);
  server.workspace.roots = workspaceFolders?.map(({ uri }) => pathOf(uri)) ?? (rootUri === null ? [] : [pathOf(rootUri)]);
  return {
    serverInfo: { name: "sop", version: packageVersion() },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      ...structure.capabilities,
      ...formatting.capabilities,
      ...names.capabilities,
      ...help.capabilities,
      ...codeActions.capabilities,
      ...diagnosticRequests.capabilities,
    },
  };
}

function optionsOf(given: unknown): Options {
  const hints: unknown = isRecord(given) ? given["inlayHints"] : null;
  const wanted = isRecord(hints) ? Object.fromEntries(["shapes", "weights", "values"].flatMap((kind) => (typeof hints[kind] === "boolean" ? [[kind, hints[kind]]] : []))) : {};
  return { inlayHints: wanted };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
