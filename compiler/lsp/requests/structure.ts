// Requests about the structure of a document: folds, growing selections, links, lenses.

import { FoldingRangeKind, type SelectionRange } from "vscode-languageserver";
import { foldsOf } from "../../services/folding.js";
import { lensesOf } from "../../services/lenses.js";
import { linksOf } from "../../services/links.js";
import { selectionsAt } from "../../services/selection-ranges.js";
import { offsetAt, positionAt, rangeOf } from "../convert.js";
import { isFile, uriOf } from "../paths.js";
import type { Server } from "../server.js";

export const capabilities = {
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  documentLinkProvider: {},
  codeLensProvider: {},
};

const foldKinds = { region: FoldingRangeKind.Region, imports: FoldingRangeKind.Imports, comment: FoldingRangeKind.Comment };

export function register(server: Server): void {
  const { connection } = server;
  connection.onFoldingRanges(
    server.about("folding", [], ({ file, lines }) =>
      foldsOf(file, lines).map(({ kind, span }) => ({ kind: foldKinds[kind], startLine: positionAt(lines, span.start).line, endLine: positionAt(lines, span.end).line })),
    ),
  );
  connection.onSelectionRanges(
    server.about("selection ranges", [], ({ file, lines }, { positions }) =>
      positions.map((position): SelectionRange => {
        const outermost = { range: rangeOf(lines, file.program.span) };
        return [...selectionsAt(file, offsetAt(lines, position))].reverse().slice(1).reduce<SelectionRange>((parent, span) => ({ range: rangeOf(lines, span), parent }), outermost);
      }),
    ),
  );
  connection.onDocumentLinks(
    server.about("links", [], ({ file, lines, snapshot }) =>
      linksOf(file, snapshot.host).flatMap(({ span, path }) => (isFile(path) || path.startsWith("sop:") ? [{ range: rangeOf(lines, span), target: uriOf(path) }] : [])),
    ),
  );
  connection.onCodeLens(
    server.about("lenses", [], ({ file, lines }, { textDocument: { uri } }) =>
      lensesOf(file).map(({ span, title, command, name }) => ({ range: rangeOf(lines, span), command: { title, command, arguments: [{ uri, name }] } })),
    ),
  );
}
