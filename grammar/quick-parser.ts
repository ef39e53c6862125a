// A parser for texts without a mistake. The productions are those of SopParser; what they call - CONSUME, SUBRULE, OPTION and so on - is
// done here with a table of choices and nothing else: no recovery, no stack of rules, and no grammar as data, which Chevrotain records by
// running every production once. On a text with a mistake it gives up, and parse.ts asks the whole parser.
//
// Chevrotain's own engine takes a third longer for a text that is parsed once, which is what the command does. tests/unit/grammar.test.ts holds
// that both make the same trees.

import type { ConsumeMethodOpts, CstNode, IToken, ParserMethod, SubruleMethodOpts, TokenType } from "chevrotain";
import type { ProgramCstNode } from "./cst.generated.js";
import { decisions } from "./lookahead.generated.js";
import { choose, type Decision } from "./lookahead.js";
import { SopParser } from "./parser.js";

/** The choices of one production by kind, each list by the number in the name of the method. */
type Choices = Readonly<Record<"OR" | "Option" | "Repetition" | "RepetitionMandatory" | "RepetitionWithSeparator" | "RepetitionMandatoryWithSeparator", Decision[]>>;

/** What stops the parser: the text has a mistake. */
const mistake = new Error("the text has a mistake");

type Action<T> = (() => T) | { readonly DEF: () => T };
type Alternative = { readonly ALT: () => unknown };
type Alternatives = readonly Alternative[] | { readonly DEF: readonly Alternative[] };
type Separated = { readonly SEP: TokenType; readonly DEF: () => unknown };

/** Parses texts without a mistake. */
export class QuickParser extends SopParser {
  private tokens: readonly IToken[] = [];
  private next = 0;
  private node: CstNode = { name: "", children: {} };
  private choices: Choices = noChoices();

  constructor() {
    super({ validate: false, strict: false, recover: false });
  }

  /** The tree of a text; null if it has a mistake. */
  read(tokens: readonly IToken[]): ProgramCstNode | null {
    this.tokens = tokens;
    this.next = 0;
    try {
      const tree = this.program() as ProgramCstNode;
      return this.next === tokens.length ? tree : null;
    } catch (thrown) {
      // A text may also be nested deeper than this parser's stack.
      if (thrown === mistake || thrown instanceof RangeError) return null;
      throw thrown;
    } finally {
      this.tokens = [];
    }
  }

  override performSelfAnalysis(): void {
    // Nothing here asks what it would find.
  }

  protected override RULE<F extends () => void>(name: string, implementation: F): ParserMethod<Parameters<F>, CstNode> {
    const choices = (choicesByRule ??= readChoices()).get(name) ?? noChoices();
    const rule = (): CstNode => {
      const { node: outerNode, choices: outerChoices } = this;
      const location = { startOffset: this.tokens[this.next]?.startOffset ?? NaN, endOffset: NaN };
      const node: CstNode = { name, children: {}, location };
      this.node = node;
      this.choices = choices;
      implementation();
      const last = this.tokens[this.next - 1];
      if (last !== undefined && location.startOffset <= last.startOffset) location.endOffset = last.endOffset ?? NaN;
      else location.startOffset = NaN;
      this.node = outerNode;
      this.choices = outerChoices;
      return node;
    };
    return Object.assign(rule, { ruleName: name }) as unknown as ParserMethod<Parameters<F>, CstNode>;
  }

  protected override CONSUME(type: TokenType, options?: ConsumeMethodOpts): IToken {
    const token = this.tokens[this.next];
    if (token === undefined || (token.tokenTypeIdx !== type.tokenTypeIdx && type.categoryMatchesMap?.[token.tokenTypeIdx] !== true)) throw mistake;
    this.next++;
    add(this.node, options?.LABEL ?? type.name, token);
    return token;
  }

  protected override SUBRULE<A extends unknown[]>(rule: ParserMethod<A, CstNode>, options?: SubruleMethodOpts<A>): CstNode {
    const node = (rule as () => CstNode)();
    add(this.node, options?.LABEL ?? node.name, node);
    return node;
  }

  private oneOf(index: number, alternatives: Alternatives): unknown {
    const chosen = this.chosen(this.choices.OR[index]);
    if (chosen === undefined) throw mistake;
    return ("DEF" in alternatives ? alternatives.DEF : alternatives)[chosen]?.ALT();
  }

  private perhaps<T>(index: number, action: Action<T>): T | undefined {
    return this.chosen(this.choices.Option[index]) === 1 ? act(action) : undefined;
  }

  // A choice that is not in the table is one that the table of another grammar has.
  private chosen(decision: Decision | undefined): number | undefined {
    if (decision === undefined) throw new Error("lookahead.generated.ts is older than the grammar");
    return choose(decision, this.tokens[this.next], this.tokens[this.next + 1]);
  }

  private repeated(index: number, action: Action<unknown>): void {
    const decision = this.choices.Repetition[index];
    while (this.chosen(decision) === 1) act(action);
  }

  protected override AT_LEAST_ONE(action: Action<unknown>): void {
    const decision = this.choices.RepetitionMandatory[0];
    if (this.chosen(decision) !== 1) throw mistake;
    while (this.chosen(decision) === 1) act(action);
  }

  protected override MANY_SEP({ SEP, DEF }: Separated): void {
    if (this.chosen(this.choices.RepetitionWithSeparator[0]) === 1) this.separated(SEP, DEF);
  }

  protected override AT_LEAST_ONE_SEP({ SEP, DEF }: Separated): void {
    if (this.chosen(this.choices.RepetitionMandatoryWithSeparator[0]) !== 1) throw mistake;
    this.separated(SEP, DEF);
  }

  private separated(separator: TokenType, part: () => unknown): void {
    part();
    while (this.tokens[this.next]?.tokenTypeIdx === separator.tokenTypeIdx) {
      this.CONSUME(separator);
      part();
    }
  }

  // The numbers of consumed tokens and productions tell them apart for whoever repairs a text.
  protected override CONSUME2(type: TokenType, options?: ConsumeMethodOpts): IToken {
    return this.CONSUME(type, options);
  }

  protected override SUBRULE2<A extends unknown[]>(rule: ParserMethod<A, CstNode>, options?: SubruleMethodOpts<A>): CstNode {
    return this.SUBRULE(rule, options);
  }

  protected override SUBRULE3<A extends unknown[]>(rule: ParserMethod<A, CstNode>, options?: SubruleMethodOpts<A>): CstNode {
    return this.SUBRULE(rule, options);
  }

  protected override OR(alternatives: Alternatives): unknown {
    return this.oneOf(0, alternatives);
  }

  protected override OR2(alternatives: Alternatives): unknown {
    return this.oneOf(2, alternatives);
  }

  protected override MANY(action: Action<unknown>): void {
    this.repeated(0, action);
  }

  protected override MANY2(action: Action<unknown>): void {
    this.repeated(2, action);
  }

  protected override OPTION<T>(action: Action<T>): T | undefined {
    return this.perhaps(0, action);
  }

  protected override OPTION2<T>(action: Action<T>): T | undefined {
    return this.perhaps(2, action);
  }

  protected override OPTION3<T>(action: Action<T>): T | undefined {
    return this.perhaps(3, action);
  }
}

function act<T>(action: Action<T>): T {
  return typeof action === "function" ? action() : action.DEF();
}

function add({ children }: CstNode, key: string, part: CstNode | IToken): void {
  const parts = children[key];
  if (parts === undefined) children[key] = [part];
  else parts.push(part);
}

function noChoices(): Choices {
  return { OR: [], Option: [], Repetition: [], RepetitionMandatory: [], RepetitionWithSeparator: [], RepetitionMandatoryWithSeparator: [] };
}

let choicesByRule: ReadonlyMap<string, Choices> | null = null;

function readChoices(): ReadonlyMap<string, Choices> {
  const byRule = new Map<string, Choices>();
  for (const [name, decision] of Object.entries(decisions)) {
    const [rule = "", kind = "", index] = name.split(" ");
    const choices = byRule.get(rule) ?? noChoices();
    byRule.set(rule, choices);
    choices[kind as keyof Choices][Number(index)] = decision;
  }
  return byRule;
}
