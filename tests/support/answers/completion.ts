// What fits the typed part, as an editor filters it, in order: `label (kind)`, what is inserted where it is more, edits elsewhere. Without a typed part
// the first ones.

import { completion, type CompletionItem } from "../../../compiler/services/completion.js";
import { othersOf, printPlace } from "../service-cases.js";
import type { Answer } from "./answers.js";

const most = 16;

export const completionText: Answer = (question) => {
  const { snapshot, path, offset } = question;
  const { replaces, items } = completion(snapshot, { path, offset }, othersOf(question));
  const typed = snapshot.textOf(path).slice(replaces.start, offset).toLowerCase();
  const fitting = items.filter(({ label }) => label.toLowerCase().startsWith(typed)).sort((a, b) => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0));
  const rest = fitting.length - most;
  return [`replaces ${printPlace(question, path, replaces)}`, ...fitting.slice(0, most).map(itemText), ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
};

function itemText({ label, kind, snippet, edits }: CompletionItem): string {
  const inserted = snippet === label ? "" : ` ${JSON.stringify(snippet)}`;
  return `${label} (${kind})${inserted}${edits.map(({ span, text }) => ` + ${span.start}: ${JSON.stringify(text)}`).join("")}`;
}
