// Editors' questions by the heading under which cases ask them, each with the way to print its answer.

import type { Question } from "../service-cases.js";
import { completionText } from "./completion.js";
import { hoverText } from "./hover.js";
import { inlayHintsText } from "./inlay-hints.js";
import { printNames } from "./names.js";
import { printCalls, printDefinition, printHighlights, printReferences, printTypeDefinition } from "./navigation.js";
import { printChange, printRefactorings } from "./refactorings.js";
import { printRename } from "./rename.js";
import { signatureHelpText } from "./signature-help.js";
import { printAllFixed, printFixes, printFolds, printFormatted, printLenses, printLinks, printRangeFormatted, printSelections, printTyped } from "./structure.js";
import { printFound, printOutline, printTokens } from "./symbols.js";

export type Answer = (question: Question) => string | Promise<string>;

export const answers: Readonly<Record<string, Answer>> = {
  COMPLETION: completionText,
  HOVER: hoverText,
  "INLAY-HINTS": inlayHintsText,
  "SIGNATURE-HELP": signatureHelpText,
  NAMES: printNames,
  DEFINITION: printDefinition,
  "TYPE-DEFINITION": printTypeDefinition,
  REFERENCES: printReferences,
  HIGHLIGHTS: printHighlights,
  CALLS: printCalls,
  RENAME: printRename,
  OUTLINE: printOutline,
  SYMBOLS: printFound,
  TOKENS: printTokens,
  REFACTORINGS: printRefactorings,
  "EXTRACT-BLOCK": printChange("extract-block"),
  "INLINE-BLOCK": printChange("inline-block"),
  "INLINE-ALL": printChange("inline-all"),
  REPEAT: printChange("repeat"),
  FUSABLE: printChange("fusable"),
  FOLDS: printFolds,
  SELECTIONS: printSelections,
  LINKS: printLinks,
  LENSES: printLenses,
  "FORMAT-RANGE": printRangeFormatted,
  "FORMAT-TYPED": printTyped,
  FORMAT: printFormatted,
  FIXES: printFixes,
  "FIX-ALL": printAllFixed,
};

/** The question that a heading asks, `RENAME hidden`, with what follows its name. */
export function questionOf(heading: string): { readonly name: string; readonly argument: string } | null {
  const name = Object.keys(answers).find((each) => heading === each || heading.startsWith(`${each} `));
  return name === undefined ? null : { name, argument: heading.slice(name.length + 1) };
}
