// The documentation of one item of a completion, made when it is looked at.

import { declarationMarkdown } from "../hover/declarations.js";
import { hover } from "../hover.js";
import { code, entryMarkdown, pageOf, sections } from "../hover/pages.js";
import { exportsOf } from "../names/exports.js";
import { signatureLabel } from "../signatures/signature.js";
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
    case "exported": {
      const text = snapshot.host.read(topic.path);
      const found = text === null ? undefined : exportsOf({ path: topic.path, text }).names.find(({ name }) => name === topic.name);
      return found === undefined ? null : sections([found.signature === null ? null : code(signatureLabel(found.signature).label), found.doc]);
    }
    case "declared": {
      const entry = snapshot.files.get(topic.file)?.entries.get(topic.name);
      return entry === undefined ? null : declarationMarkdown(snapshot, entry);
    }
  }
}
