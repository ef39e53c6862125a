// What the grammar finds wrong in a text: plain data with offsets. The words for it are the reader's (the compiler has a catalog of messages).

/** A stretch of text, `end` exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** One mistake. Where something is missing, the place is empty and stands after the text that is there. */
export type SyntaxProblem = Place &
  (
    | { readonly id: "unknown-character"; readonly text: string }
    /** The place ends where the closing quote can be meant, before the brackets that end the line. */
    | { readonly id: "unterminated-string" }
    | { readonly id: "foreign-spelling"; readonly found: string; readonly meant: string }
    | { readonly id: "malformed-number"; readonly text: string }
    | { readonly id: "reserved-name"; readonly word: string; readonly uses: readonly Place[] }
    | { readonly id: "unclosed-bracket"; readonly open: string; readonly close: string; readonly opener: Place }
    | { readonly id: "unmatched-bracket"; readonly text: string }
    | { readonly id: "wrong-bracket"; readonly found: string; readonly expected: string; readonly opener: Place }
    | { readonly id: "missing-brace"; readonly name: string; readonly found: string }
    | { readonly id: "text-too-long"; readonly limit: number; readonly unit: "characters" | "words and signs" }
    | { readonly id: "nesting-too-deep"; readonly limit: number }
    | { readonly id: "expression-too-long"; readonly limit: number }
    | { readonly id: "expected-syntax"; readonly expected: string; readonly found: string }
  );

/** After so many mistakes no more are looked for: nobody would read them, and each costs time and memory. */
export const MAX_PROBLEMS = 1000;

/** A comment, slashes included. */
export interface CommentText extends Place {
  readonly doc: boolean;
  readonly text: string;
}
