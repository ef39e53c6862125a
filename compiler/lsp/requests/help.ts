// Requests for help while writing: hovers, completion, signatures, hints beside the text.

import { CompletionItemKind, InlayHintKind, InsertTextFormat, MarkupKind, type CompletionItem, type CompletionList, type MarkupContent } from "vscode-languageserver";
import { completion, type CompletionKind, type Topic } from "../../services/completion.js";
import { completionDocs } from "../../services/completion/resolve.js";
import { hover } from "../../services/hover.js";
import { allHints, inlayHints } from "../../services/inlay-hints.js";
import { signatureHelp } from "../../services/signature-help.js";
import { editOf, offsetAt, positionAt, rangeOf, spanOf } from "../convert.js";
import { pathOf } from "../paths.js";
import type { Server } from "../server.js";

export const capabilities = {
  hoverProvider: true,
  completionProvider: { resolveProvider: true, triggerCharacters: [">", "(", ".", "\"", "/", ":"] },
  signatureHelpProvider: { triggerCharacters: ["(", ","], retriggerCharacters: [":"] },
  inlayHintProvider: true,
};

const kinds: { readonly [K in CompletionKind]: CompletionItemKind } = {
  layer: CompletionItemKind.Function, loss: CompletionItemKind.Function, metric: CompletionItemKind.Function, function: CompletionItemKind.Function, optimizer: CompletionItemKind.Function,
  schedule: CompletionItemKind.Function, source: CompletionItemKind.Function, selection: CompletionItemKind.Function, constant: CompletionItemKind.Constant, dataset: CompletionItemKind.Struct,
  block: CompletionItemKind.Function, model: CompletionItemKind.Class, recipe: CompletionItemKind.Interface, run: CompletionItemKind.Event, value: CompletionItemKind.Variable,
  parameter: CompletionItemKind.Variable, dimension: CompletionItemKind.TypeParameter, field: CompletionItemKind.Field, output: CompletionItemKind.Property, option: CompletionItemKind.Property,
  word: CompletionItemKind.EnumMember, keyword: CompletionItemKind.Keyword, clause: CompletionItemKind.Keyword, type: CompletionItemKind.TypeParameter, file: CompletionItemKind.File,
};

/** What a completion item carries until its documentation is asked for. */
interface Waiting {
  readonly uri: string;
  readonly topic: Topic;
}

export function register(server: Server): void {
  const { connection } = server;
  connection.onHover(
    server.about("hover", null, ({ snapshot, path, lines }, { position }) => {
      const found = hover(snapshot, { path, offset: offsetAt(lines, position) });
      return found === null ? null : { contents: markdown(found.markdown), range: rangeOf(lines, found.span) };
    }),
  );
  const nothing: CompletionList = { isIncomplete: false, items: [] };
  connection.onCompletion(
    server.about("completion", nothing, ({ snapshot, path, lines }, { position, textDocument: { uri } }) => {
      const { replaces, items } = completion(snapshot, { path, offset: offsetAt(lines, position) }, () => server.workspace.others(path));
      const range = rangeOf(lines, replaces);
      const hasSnippets = server.client.textDocument?.completion?.completionItem?.snippetSupport === true;
      return {
        isIncomplete: false,
        items: items.map(({ label, kind, detail, snippet, sort, edits, topic }): CompletionItem => ({
          label,
          kind: kinds[kind],
          sortText: sort,
          textEdit: { range, newText: hasSnippets ? snippet : plain(snippet, label) },
          ...(hasSnippets ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
          ...(detail === null ? {} : { detail }),
          ...(edits.length === 0 ? {} : { additionalTextEdits: edits.map((edit) => editOf(lines, edit)) }),
          ...(topic === null ? {} : { data: { uri, topic } satisfies Waiting }),
        })),
      };
    }),
  );
  connection.onCompletionResolve(async (item, token) => {
    const waiting = item.data as Waiting | undefined;
    if (waiting === undefined) return item;
    const doc = await server.guarded("completion", null, () => {
      const snapshot = server.workspace.snapshot(pathOf(waiting.uri));
      return snapshot === null ? null : completionDocs(snapshot, waiting.topic);
    })(null, token);
    return doc === null ? item : { ...item, documentation: markdown(doc) };
  });
  connection.onSignatureHelp(
    server.about("signature help", null, ({ snapshot, path, lines }, { position }) => {
      const found = signatureHelp(snapshot, { path, offset: offsetAt(lines, position) });
      if (found === null) return null;
      const { label, doc, parameters, active } = found;
      const signature = { label, ...(doc === null ? {} : { documentation: markdown(doc) }), parameters: parameters.map(({ start, end, doc: about }) => ({ label: [start, end] as [number, number], ...(about === null ? {} : { documentation: markdown(about) }) })) };
      // A number beyond the list says that none of them is being written.
      return { signatures: [signature], activeSignature: 0, activeParameter: active ?? parameters.length };
    }),
  );
  connection.languages.inlayHint.on(
    server.about("inlay hints", [], ({ snapshot, path, lines }, { range }) =>
      inlayHints(snapshot, path, spanOf(lines, range), { ...allHints, ...server.options.inlayHints }).map(({ offset, label, kind }) => ({
        position: positionAt(lines, offset),
        label,
        paddingLeft: true,
        ...(kind === "type" ? { kind: InlayHintKind.Type } : {}),
      })),
    ),
  );
}

function markdown(value: string): MarkupContent {
  return { kind: MarkupKind.Markdown, value };
}

/** For editors that know no places in a text: its name where there are any, since a call without its values is no call. */
function plain(snippet: string, label: string): string {
  return /(?<!\\)\$/.test(snippet) ? label : snippet.replace(/\\([\\$}])/g, "$1").trimEnd();
}
