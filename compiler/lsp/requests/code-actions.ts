// Requests for changes that editors offer: fixes of diagnostics, all that need no choice, refactorings. The edits of refactorings are made when
// somebody takes one, if the client asks for them then.

import { CodeActionKind, type CodeAction, type WorkspaceEdit } from "vscode-languageserver";
import { allFixes, fixesAt } from "../../services/fixes.js";
import type { Edit } from "../../services/formatting.js";
import type { Change, Refactoring } from "../../services/refactorings/refactoring.js";
import { refactoringsAt } from "../../services/refactorings/refactorings.js";
import { applyEdits } from "../../services/refactorings/rewritten.js";
import { lineMap } from "../../source/line-map.js";
import type { Span } from "../../source/source.js";
import { diagnosticOf, editOf, positionAt, spanOf } from "../convert.js";
import { uriOf } from "../paths.js";
import type { Opened, Server } from "../server.js";

const fixAll = `${CodeActionKind.SourceFixAll}.sop`;

export const capabilities = {
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAll, CodeActionKind.RefactorExtract, CodeActionKind.RefactorInline, CodeActionKind.RefactorRewrite], resolveProvider: true },
};

/** What an offer is found by when it is taken. */
interface Taken {
  readonly uri: string;
  readonly version: number | null;
  readonly span: Span;
  readonly id: string;
}

export function register(server: Server): void {
  const { connection, workspace } = server;
  connection.onCodeAction(
    server.about("code actions", null, (opened, { textDocument: { uri }, range, context: { only, diagnostics } }) => {
      const isWanted = (kind: string): boolean => only === undefined || only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`));
      const span = spanOf(opened.lines, range);
      const actions: CodeAction[] = [];
      if (isWanted(CodeActionKind.QuickFix))
        for (const { diagnostic, title, edits, isPreferred } of fixesAt(opened.snapshot, opened.path, [span, ...diagnostics.map((shown) => spanOf(opened.lines, shown.range))], () => workspace.others(opened.path)))
          actions.push({ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(opened.snapshot, diagnostic)], isPreferred, edit: workspaceEdit(opened, new Map([[opened.path, edits]])) });
      // It checks the program several times: only for those who ask for it by name.
      if (only !== undefined && isWanted(fixAll)) {
        const edits = allFixes(opened.snapshot, opened.path, (text) => workspace.checked(opened.path, text));
        if (edits.length > 0) actions.push({ title: "Fix all that needs no choice", kind: fixAll, edit: workspaceEdit(opened, new Map([[opened.path, edits]])) });
      }
      if (isWanted(CodeActionKind.QuickFix) || only?.some((kind) => kind.startsWith(CodeActionKind.Refactor)) === true) actions.push(...refactorings(server, opened, uri, span, isWanted));
      return actions;
    }),
  );
  connection.onCodeActionResolve((action, token) => server.guarded("a refactoring", action, () => resolve(server, action))(action, token));
}

function offers({ workspace }: Server, { snapshot, path, text }: Opened, span: Span): readonly Refactoring[] {
  return refactoringsAt(snapshot, path, span, { check: (texts) => workspace.checked(path, texts.get(path) ?? text), workspace: () => workspace.named(path) });
}

function refactorings(server: Server, opened: Opened, uri: string, span: Span, isWanted: (kind: string) => boolean): readonly CodeAction[] {
  const { codeAction } = server.client.textDocument ?? {};
  const isLazy = codeAction?.dataSupport === true && codeAction.resolveSupport?.properties.includes("edit") === true;
  return offers(server, opened, span).flatMap((offered): readonly CodeAction[] => {
    const { id, title, kind, fixes = [] } = offered;
    const asFix = fixes.length > 0 && isWanted(CodeActionKind.QuickFix);
    if (!asFix && !isWanted(kind)) return [];
    const action: CodeAction = { title, kind: asFix ? CodeActionKind.QuickFix : kind, ...(asFix ? { diagnostics: fixes.map((diagnostic) => diagnosticOf(opened.snapshot, diagnostic)) } : {}) };
    const taken: Taken = { uri, version: server.workspace.documents.get(opened.path)?.version ?? null, span, id };
    if (isLazy) return [{ ...action, data: taken }];
    const change = offered.change();
    return change === null ? [] : [withChange(action, opened, change)];
  });
}

/** The action with its edits; without, if the document is another by now. */
function resolve(server: Server, action: CodeAction): CodeAction {
  const taken = action.data as Taken | undefined;
  const opened = taken === undefined ? null : server.opened(taken.uri);
  if (taken === undefined || opened === null || (server.workspace.documents.get(opened.path)?.version ?? null) !== taken.version) return action;
  const change = offers(server, opened, taken.span).find(({ id }) => id === taken.id)?.change() ?? null;
  return change === null ? action : withChange(action, opened, change);
}

/** `data.name`: where a made-up name stands after the edits, for a client that lets one rename it at once. */
function withChange(action: CodeAction, opened: Opened, { edits, name }: Change): CodeAction {
  const edit = workspaceEdit(opened, edits);
  if (name === null) return { ...action, edit };
  const text = applyEdits(opened.snapshot.textOf(name.path), edits.get(name.path) ?? []);
  return { ...action, edit, data: { name: { uri: uriOf(name.path), position: positionAt(lineMap(text), name.offset) } } };
}

function workspaceEdit({ snapshot }: Opened, edits: ReadonlyMap<string, readonly Edit[]>): WorkspaceEdit {
  return { changes: Object.fromEntries([...edits].map(([path, each]) => [uriOf(path), each.map((edit) => editOf(snapshot.linesOf(path), edit))])) };
}
