// The documentation of one item of a completion, made when it is looked at.

import { declarationMarkdown } from "../hover/declarations.js";
import { hover } from "../hover.js";
import { entryMarkdown, pageOf } from "../hover/pages.js";
import type { Snapshot } from "../snapshot.js";
import type { Topic } from "./item.js";

/** Markdown, or null where there is nothing to say. */
export function completionDocs(snapshot: Snapshot, topic: Topic): string | null {
  switch (topic.kind) {
    case "word": {
      const page = pageOf(snapshot.host, topic.word, topic.of === null ? [] : [topic.of]) ?? pageOf(snapshot.host, topic.word);
      return page === null ? null : entryMarkdown(page);
    }
    case "option":
      return topic.doc;
    case "place":
      return hover(snapshot, topic)?.markdown ?? null;
    case "declared": {
      const entry = snapshot.files.get(topic.file)?.entries.get(topic.name);
      return entry === undefined ? null : declarationMarkdown(snapshot, entry);
    }
  }
}
