// Requests about names: where they are declared and used, what they are called, who calls whom, how they are colored.

import {
  CallHierarchyIncomingCallsRequest, CallHierarchyOutgoingCallsRequest, CallHierarchyPrepareRequest, DocumentHighlightKind, LSPErrorCodes, MessageType, ResponseError, SemanticTokensBuilder, ShowMessageNotification, SymbolKind, type CallHierarchyItem, type Definition, type DefinitionLink, type DocumentSymbol,
  type Location, type Position, type SemanticTokens, type SemanticTokensDelta, type TextDocumentPositionParams, type WorkspaceEdit,
} from "vscode-languageserver";
import { incomingCalls, outgoingCalls, prepareCalls, type CallItem } from "../../services/call-hierarchy.js";
import { definition, typeDefinition, type Target } from "../../services/definition.js";
import type { SymbolKind as Kind } from "../../services/names/symbols.js";
import type { Workspace } from "../../services/names/workspace.js";
import { highlights, references } from "../../services/references.js";
import { prepareRename, rename } from "../../services/rename.js";
import { semanticTokenLegend, semanticTokens } from "../../services/semantic-tokens.js";
import type { Place } from "../../services/snapshot.js";
import { documentSymbols, workspaceSymbols, type OutlineEntry } from "../../services/symbols.js";
import { lineMap, type LineMap } from "../../source/line-map.js";
import type { Span } from "../../source/source.js";
import { editOf, offsetAt, positionAt, rangeOf, spanOf } from "../convert.js";
import { pathOf, uriOf } from "../paths.js";
import { requireDocument, type Server } from "../server.js";

export const capabilities = {
  definitionProvider: true,
  typeDefinitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  callHierarchyProvider: true,
  semanticTokensProvider: { legend: { tokenTypes: [...semanticTokenLegend.types], tokenModifiers: [...semanticTokenLegend.modifiers] }, full: { delta: true }, range: true },
};

const symbolKinds: { readonly [K in Kind]: SymbolKind } = {
  constant: SymbolKind.Constant, dataset: SymbolKind.Struct, block: SymbolKind.Function, model: SymbolKind.Class, recipe: SymbolKind.Interface, run: SymbolKind.Event,
  alias: SymbolKind.Namespace, parameter: SymbolKind.Variable, word: SymbolKind.EnumMember, dimension: SymbolKind.TypeParameter, value: SymbolKind.Variable, layer: SymbolKind.Object,
  counter: SymbolKind.Variable, input: SymbolKind.Property, output: SymbolKind.Property, field: SymbolKind.Field, measure: SymbolKind.Property,
};
const highlightKinds = { read: DocumentHighlightKind.Read, write: DocumentHighlightKind.Write, text: DocumentHighlightKind.Text };

/** Files with their names, and lines of those that are asked for. */
interface Asked {
  readonly files: Workspace;
  readonly place: Place;
  readonly lines: (path: string) => LineMap;
}

export function register(server: Server): void {
  const { connection } = server;
  const asking = (path: string | null): Omit<Asked, "place"> => {
    const files = server.workspace.named(path);
    const maps = new Map<string, LineMap>();
    const lines = (of: string): LineMap => {
      const known = maps.get(of) ?? lineMap(files.files.has(of) ? files.textOf(of) : (server.workspace.host.read(of) ?? ""));
      maps.set(of, known);
      return known;
    };
    return { files, lines };
  };
  const at = <P extends TextDocumentPositionParams, R>(name: string, empty: R, answer: (asked: Asked, params: P) => R): ((params: P, token: Parameters<ReturnType<Server["guarded"]>>[1]) => Promise<R>) =>
    server.guarded(name, empty, (params) => {
      requireDocument(params);
      const path = pathOf(params.textDocument.uri);
      const asked = asking(path);
      return answer({ ...asked, place: { path, offset: offsetAt(asked.lines(path), params.position) } }, params);
    });

  const targets = ({ lines, place }: Asked, found: readonly Target[], canLink: boolean): Definition | DefinitionLink[] =>
    canLink
      ? found.map(({ from, file, span, extent }) => ({ originSelectionRange: rangeOf(lines(place.path), from), targetUri: uriOf(file), targetRange: rangeOf(lines(file), extent), targetSelectionRange: rangeOf(lines(file), span) }))
      : found.map(({ file, span }) => location(lines, file, span));
  connection.onDefinition(at("definition", null, (asked) => targets(asked, definition(asked.files, asked.place), server.client.textDocument?.definition?.linkSupport === true)));
  connection.onTypeDefinition(at("type definition", null, (asked) => targets(asked, typeDefinition(asked.files, asked.place), server.client.textDocument?.typeDefinition?.linkSupport === true)));
  connection.onReferences(at("references", null, ({ files, place, lines }, { context }) => references(files, place, { declaration: context.includeDeclaration }).map(({ file, span }) => location(lines, file, span))));
  connection.onDocumentHighlight(at("highlights", null, ({ files, place, lines }) => highlights(files, place).map(({ span, kind }) => ({ range: rangeOf(lines(place.path), span), kind: highlightKinds[kind] }))));

  connection.onPrepareRename(
    at("rename", null, ({ files, place, lines }) => {
      const found = prepareRename(files, place);
      if ("refused" in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
      return { range: rangeOf(lines(place.path), found.span), placeholder: found.name };
    }),
  );
  connection.onRenameRequest(
    at("rename", null, ({ files, place, lines }, { newName }): WorkspaceEdit => {
      const found = rename(files, place, newName);
      if ("refused" in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
      if (found.note !== null) void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message: found.note });
      return { changes: Object.fromEntries([...found.edits].map(([file, edits]) => [uriOf(file), edits.map((edit) => editOf(lines(file), edit))])) };
    }),
  );

  connection.onDocumentSymbol(
    server.about("document symbols", [], ({ snapshot, path, lines }) => {
      const symbol = ({ name, kind, detail, extent, span, children }: OutlineEntry): DocumentSymbol => ({ name, kind: symbolKinds[kind], detail, range: rangeOf(lines, extent), selectionRange: rangeOf(lines, span), children: children.map(symbol) });
      return documentSymbols(snapshot, path).map(symbol);
    }),
  );
  connection.onWorkspaceSymbol(
    server.guarded("workspace symbols", [], ({ query }) => {
      const { files, lines } = asking(null);
      return workspaceSymbols(files, query).map(({ name, kind, container, file, span }) => ({ name, kind: symbolKinds[kind], location: location(lines, file, span), ...(container === null ? {} : { containerName: container }) }));
    }),
  );

  const item = (lines: Asked["lines"], { name, kind, detail, file, span, extent }: CallItem): CallHierarchyItem => ({ name, kind: symbolKinds[kind], detail, uri: uriOf(file), range: rangeOf(lines(file), extent), selectionRange: rangeOf(lines(file), span) });
  const placeOf = (lines: Asked["lines"], { uri, selectionRange }: { readonly uri: string; readonly selectionRange: { readonly start: Position } }): Place => ({ path: pathOf(uri), offset: offsetAt(lines(pathOf(uri)), selectionRange.start) });
  connection.onRequest(CallHierarchyPrepareRequest.type, at("call hierarchy", null, ({ files, place, lines }) => prepareCalls(files, place).map((each) => item(lines, each))));
  connection.onRequest(
    CallHierarchyIncomingCallsRequest.type,
    server.guarded("incoming calls", null, (params) => {
      const { files, lines } = asking(pathOf(params.item.uri));
      return incomingCalls(files, placeOf(lines, params.item)).map((calls) => ({ from: item(lines, calls.item), fromRanges: calls.ranges.map((span) => rangeOf(lines(calls.item.file), span)) }));
    }),
  );
  connection.onRequest(
    CallHierarchyOutgoingCallsRequest.type,
    server.guarded("outgoing calls", null, (params) => {
      const { files, lines } = asking(pathOf(params.item.uri));
      const place = placeOf(lines, params.item);
      return outgoingCalls(files, place).map((calls) => ({ to: item(lines, calls.item), fromRanges: calls.ranges.map((span) => rangeOf(lines(place.path), span)) }));
    }),
  );

  registerTokens(server);
}

function location(lines: Asked["lines"], file: string, span: Span): Location {
  return { uri: uriOf(file), range: rangeOf(lines(file), span) };
}

function registerTokens(server: Server): void {
  const { connection } = server;
  /** What was last told of each document, so that changes can be told. */
  const builders = new Map<string, SemanticTokensBuilder>();
  const types = new Map(semanticTokenLegend.types.map((type, index) => [type, index]));
  const modifiers = new Map(semanticTokenLegend.modifiers.map((modifier, index) => [modifier, 1 << index]));
  const fill = (builder: SemanticTokensBuilder, files: Workspace, path: string, lines: LineMap, within: Span | null): SemanticTokensBuilder => {
    for (const { start, length, type, modifiers: marks } of semanticTokens(files, path, within)) {
      const { line, character } = positionAt(lines, start);
      builder.push(line, character, length, types.get(type) ?? 0, marks.reduce((bits, mark) => bits | (modifiers.get(mark) ?? 0), 0));
    }
    return builder;
  };
  const none: SemanticTokens = { data: [] };
  const noChange: SemanticTokens | SemanticTokensDelta = none;
  connection.languages.semanticTokens.on(
    server.about("semantic tokens", none, ({ snapshot, path, lines }) => {
      const builder = new SemanticTokensBuilder();
      builders.set(path, builder);
      return fill(builder, snapshot, path, lines, null).build();
    }),
  );
  connection.languages.semanticTokens.onDelta(
    server.about("semantic tokens", noChange, ({ snapshot, path, lines }, { previousResultId }) => {
      const builder = builders.get(path) ?? new SemanticTokensBuilder();
      builders.set(path, builder);
      builder.previousResult(previousResultId);
      return fill(builder, snapshot, path, lines, null).buildEdits();
    }),
  );
  connection.languages.semanticTokens.onRange(server.about("semantic tokens", none, ({ snapshot, path, lines }, { range }) => fill(new SemanticTokensBuilder(), snapshot, path, lines, spanOf(lines, range)).build()));
}
