// Requests of clients that ask for diagnostics.

import type { DocumentDiagnosticReport } from "vscode-languageserver";
import type { Diagnostics } from "../diagnostics.js";
import { pathOf } from "../paths.js";
import type { Server } from "../server.js";

export const capabilities = {
  diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: false },
};

export function register(server: Server, diagnostics: Diagnostics): void {
  const empty: DocumentDiagnosticReport = { kind: "full", items: [] };
  server.connection.languages.diagnostics.on(server.guarded("diagnostics", empty, ({ textDocument: { uri } }) => diagnostics.report(pathOf(uri))));
}
