// A parser for texts without a mistake: it knows no recovery, so that it need not know the grammar as data, which Chevrotain
// records by running every production once. On a text with a mistake it fails somehow, and parse.ts asks the whole parser.
//
// Relies on four names of Chevrotain's insides (hence the exact version in package.json); tests/unit/grammar.test.ts holds that both
// parsers make the same trees.

import { decisions } from "./lookahead.generated.js";
import { chooser, type Lookahead } from "./lookahead.js";
import { SopParser } from "./parser.js";

interface Insides {
  selfAnalysisDone: boolean;
  readonly fullRuleNameToShort: Readonly<Record<string, number>>;
  setLaFuncCache(key: number, lookahead: Lookahead): void;
}

/** Chevrotain's numbers of the kinds of choices, in the keys of its lookahead functions. */
const kinds: Readonly<Record<string, number>> = { OR: 1, Option: 2, Repetition: 3, RepetitionMandatory: 4, RepetitionWithSeparator: 5, RepetitionMandatoryWithSeparator: 6 };
const KIND_SHIFT = 8;

/** Parses texts without a mistake; for others it throws or has `errors`. */
export class QuickParser extends SopParser {
  constructor() {
    super({ validate: false, strict: false, recover: false });
  }

  override performSelfAnalysis(): void {
    const insides = this as unknown as Insides;
    insides.selfAnalysisDone = true;
    for (const name of Object.keys(decisions)) {
      const [rule = "", kind = "", occurrence] = name.split(" ");
      const key = (insides.fullRuleNameToShort[rule] ?? 0) | ((kinds[kind] ?? 0) << KIND_SHIFT) | Number(occurrence);
      insides.setLaFuncCache(key, chooser(name, kind));
    }
  }
}
