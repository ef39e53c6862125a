// Editors' questions by the heading under which cases ask them, each with the way to print its answer.

import type { Question } from "../service-cases.js";
import { completionText } from "./completion.js";
import { hoverText } from "./hover.js";
import { inlayHintsText } from "./inlay-hints.js";
import { printNames } from "./names.js";
import { signatureHelpText } from "./signature-help.js";

export type Answer = (question: Question) => string | Promise<string>;

export const answers: Readonly<Record<string, Answer>> = {
  COMPLETION: completionText,
  HOVER: hoverText,
  "INLAY HINTS": inlayHintsText,
  "SIGNATURE HELP": signatureHelpText,
  NAMES: printNames,
};
