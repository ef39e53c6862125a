// The place that a hover is about, and its Markdown.

import { hover } from "../../../compiler/services/hover.js";
import { printPlace } from "../service-cases.js";
import type { Answer } from "./answers.js";

export const hoverText: Answer = (question) => {
  const { snapshot, path, offset } = question;
  const found = hover(snapshot, { path, offset });
  return found === null ? "nothing" : `${printPlace(question, path, found.span)}\n\n${found.markdown}`;
};
