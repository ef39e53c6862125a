// A client of `sop lsp` over its standard input and output, with the protocol library that editors are made with.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  createProtocolConnection, DidChangeTextDocumentNotification, DidCloseTextDocumentNotification, DidOpenTextDocumentNotification, ExitNotification,
  InitializedNotification, InitializeRequest, LogMessageNotification, PublishDiagnosticsNotification, ShutdownRequest, StreamMessageReader, StreamMessageWriter, type ClientCapabilities,
  type Diagnostic, type InitializeResult, type ProtocolConnection, type TextDocumentContentChangeEvent,
} from "vscode-languageserver-protocol/node";

export interface LspClient {
  readonly connection: ProtocolConnection;
  readonly result: InitializeResult;
  readonly pid: number;
  /** What the server logged as errors: faults of its own. */
  readonly faults: readonly string[];
  readonly open: (uri: string, text: string) => void;
  readonly change: (uri: string, changes: TextDocumentContentChangeEvent[]) => number;
  readonly close: (uri: string) => void;
  /** The diagnostics that are told of a document for a version or later ones. */
  readonly diagnostics: (uri: string, version?: number) => Promise<readonly Diagnostic[]>;
  /** What is told of a document the next time. */
  readonly next: (uri: string) => Promise<readonly Diagnostic[]>;
  /** Says goodbye; gives the exit code. */
  readonly stop: () => Promise<number | null>;
}

const sop = fileURLToPath(new URL("../../bin/sop.cjs", import.meta.url));

/** Starts a server for the folders. */
export async function startClient(folders: readonly string[], capabilities: ClientCapabilities = {}, command: readonly string[] = [process.execPath, sop, "lsp"], env: NodeJS.ProcessEnv = process.env): Promise<LspClient> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env });
  const kill = (): void => void child.kill();
  process.once("exit", kill);
  const left = new Promise<number | null>((resolve) => child.on("exit", resolve));
  void left.then(() => process.off("exit", kill));
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const faults: string[] = [];
  const versions = new Map<string, number>();
  const told = new Map<string, { readonly version: number; readonly diagnostics: readonly Diagnostic[] }>();
  const waiting = new Set<() => void>();
  connection.onNotification(LogMessageNotification.type, ({ type, message }) => void (type === 1 && faults.push(message)));
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, version = 0, diagnostics }) => {
    told.set(uri, { version, diagnostics });
    for (const check of waiting) check();
  });
  connection.listen();
  const result = await connection.sendRequest(InitializeRequest.type, { processId: process.pid, rootUri: folders[0] ?? null, capabilities, workspaceFolders: folders.map((uri) => ({ uri, name: uri })) });
  await connection.sendNotification(InitializedNotification.type, {});
  return {
    connection,
    result,
    pid: child.pid ?? 0,
    faults,
    open: (uri, text) => {
      versions.set(uri, 1);
      void connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: "sop", version: 1, text } });
    },
    change: (uri, contentChanges) => {
      const version = (versions.get(uri) ?? 0) + 1;
      versions.set(uri, version);
      void connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version }, contentChanges });
      return version;
    },
    close: (uri) => {
      told.delete(uri);
      void connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
    },
    diagnostics: (uri, version = versions.get(uri) ?? 1) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const known = told.get(uri);
          if (known === undefined || known.version < version) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(known.diagnostics);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`no diagnostics of ${uri} at version ${version} within 60 s`));
        }, 60_000);
        waiting.add(check);
        check();
      }),
    next: (uri) => {
      const before = told.get(uri);
      return new Promise((resolve) => {
        const check = (): void => {
          const known = told.get(uri);
          if (known === undefined || known === before) return;
          waiting.delete(check);
          resolve(known.diagnostics);
        };
        waiting.add(check);
      });
    },
    stop: async () => {
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      return left;
    },
  };
}
