// Editors' questions by the heading under which cases ask them, each with the way to print its answer.

import type { Question } from "../service-cases.js";
import { inlayHintsText } from "./inlay-hints.js";
import { printNames } from "./names.js";

export type Answer = (question: Question) => string | Promise<string>;

export const answers: Readonly<Record<string, Answer>> = {
  "INLAY HINTS": inlayHintsText,
  NAMES: printNames,
};
