// Requests for the canonical form: of a document, of a selection, of what was just typed.

import { formattingEdits, rangeFormattingEdits, typingEdits } from "../../services/formatting.js";
import { editOf, offsetAt, spanOf } from "../convert.js";
import type { Server } from "../server.js";

export const capabilities = {
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  documentOnTypeFormattingProvider: { firstTriggerCharacter: "}", moreTriggerCharacter: ["\n"] },
};

export function register(server: Server): void {
  const { connection } = server;
  connection.onDocumentFormatting(server.about("formatting", null, ({ path, text, lines }) => formattingEdits(path, text)?.map((edit) => editOf(lines, edit)) ?? null));
  connection.onDocumentRangeFormatting(
    server.about("range formatting", null, ({ path, text, lines }, { range }) => rangeFormattingEdits(path, text, lines, spanOf(lines, range))?.map((edit) => editOf(lines, edit)) ?? null),
  );
  connection.onDocumentOnTypeFormatting(
    server.about("formatting on type", null, ({ path, text, lines }, { position, ch }) => typingEdits(path, text, lines, offsetAt(lines, position), ch).map((edit) => editOf(lines, edit))),
  );
}
