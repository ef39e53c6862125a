// The text of the file with its hints in it.

import { inlayHints } from "../../../compiler/services/inlay-hints.js";
import type { Answer } from "./answers.js";

export const inlayHintsText: Answer = ({ snapshot, path, selection }) => {
  const text = snapshot.textOf(path);
  // A selection asks for a part of the file.
  const within = selection.end > selection.start ? selection : { start: 0, end: text.length };
  return [...inlayHints(snapshot, path, within)].reverse().reduce((shown, { offset, label }) => `${shown.slice(0, offset)}  <${label}>${shown.slice(offset)}`, text);
};
