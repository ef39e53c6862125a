// Requests for changes that editors offer: fixes of diagnostics, and all that need no choice.

import { CodeActionKind, type CodeAction, type WorkspaceEdit } from "vscode-languageserver";
import { allFixes, fixesAt } from "../../services/fixes.js";
import type { Edit } from "../../services/formatting.js";
import { diagnosticOf, editOf, spanOf } from "../convert.js";
import { uriOf } from "../paths.js";
import type { Opened, Server } from "../server.js";

const fixAll = `${CodeActionKind.SourceFixAll}.sop`;

export const capabilities = {
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAll] },
};

export function register(server: Server): void {
  const { connection, workspace } = server;
  connection.onCodeAction(
    server.about("code actions", null, (opened, { range, context: { only } }) => {
      const isWanted = (kind: string): boolean => only === undefined || only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`));
      const actions: CodeAction[] = [];
      if (isWanted(CodeActionKind.QuickFix))
        for (const { diagnostic, title, edits, isPreferred } of fixesAt(opened.snapshot, opened.path, spanOf(opened.lines, range)))
          actions.push({ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(opened.snapshot, diagnostic)], isPreferred, edit: workspaceEdit(opened, edits) });
      // It checks the program several times: only for those who ask for it by name.
      if (only !== undefined && isWanted(fixAll)) {
        const edits = allFixes(opened.snapshot, opened.path, (text) => workspace.checked(opened.path, text));
        if (edits.length > 0) actions.push({ title: "Fix all that needs no choice", kind: fixAll, edit: workspaceEdit(opened, edits) });
      }
      return actions;
    }),
  );
}

function workspaceEdit({ path, lines }: Opened, edits: readonly Edit[]): WorkspaceEdit {
  return { changes: { [uriOf(path)]: edits.map((edit) => editOf(lines, edit)) } };
}
