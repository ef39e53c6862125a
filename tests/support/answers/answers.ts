// Editors' questions by the heading under which cases ask them, each with the way to print its answer.

import { printNames } from "./names.js";
import { printChange, printRefactorings } from "./refactorings.js";
import type { Question } from "../service-cases.js";

export type Answer = (question: Question) => string | Promise<string>;

export const answers: Readonly<Record<string, Answer>> = {
  NAMES: printNames,
  REFACTORINGS: printRefactorings,
  "EXTRACT BLOCK": printChange("extract-block"),
  "INLINE BLOCK": printChange("inline-block"),
  "INLINE ALL": printChange("inline-all"),
  REPEAT: printChange("repeat"),
  FUSABLE: printChange("fusable"),
};
