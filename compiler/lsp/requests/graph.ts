// `sop/graph`, a request of sop's own: the models of a document, and one of them as pictures. `{ uri, model: string | null, offset? }` is answered with
// what compiler/services/graph-page.ts gives, with URIs for paths.

import { graphPage, type GraphPage } from "../../services/graph-page.js";
import { uriOf } from "../paths.js";
import type { Server } from "../server.js";

interface Asked {
  readonly uri: string;
  /** A model, with or without arguments, or a run; null: what `offset` stands in. */
  readonly model: string | null;
  /** In UTF-16 units. */
  readonly offset?: number;
}

const unknown: GraphPage = { models: [], chosen: null, drawings: null, places: {}, problem: "This file is not open." };

export function register(server: Server): void {
  server.connection.onRequest("sop/graph", async ({ uri, model, offset }: Asked) => {
    const opened = server.opened(uri);
    const page = opened === null ? unknown : await graphPage(opened.snapshot, model, offset);
    return { ...page, places: Object.fromEntries(Object.entries(page.places).map(([id, { path, start, end }]) => [id, { uri: uriOf(path), start, end }])) };
  });
}
