// A change that keeps what a program means, offered where it applies. The edits are made when somebody takes the offer.

import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Edit } from "../formatting.js";
import type { Place } from "../snapshot.js";

export type RefactoringKind = "refactor.extract" | "refactor.inline" | "refactor.rewrite";

export interface Change {
  /** Edits by file, of the texts as they are. */
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  /** A name that was made up, where it is used in the text after the edits: an editor may ask for another. */
  readonly name: Place | null;
}

export interface Refactoring {
  /** Which one it is, among those that are offered at one place. */
  readonly id: string;
  readonly title: string;
  readonly kind: RefactoringKind;
  /** What it mends, if it does. */
  readonly fixes?: readonly Diagnostic[];
  /** Null where it turns out that it cannot be done. */
  readonly change: () => Change | null;
}

/** Weights go by their paths: what a title says where a refactoring changes them. Checkpoints do not fit any more, and a seed draws other numbers. */
export const otherPaths = " (weights get other names)";
