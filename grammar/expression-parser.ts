// The lower half of the grammar: names, types, expressions, calls and annotations. One method per production, its EBNF above it.
// Relies on tokens.ts and on newlines being settled by layout.ts. Parsing recovers; what is missing is absent in the tree.

import { CstParser, tokenMatcher, type CstNode, type ILookaheadStrategy, type TokenType } from "chevrotain";
import { syntaxMessages } from "./syntax-messages.js";
import {
  Assign, Bar, BelowWord, CloseBrace, CloseBracket, CloseParen, Colon, Comma, DeclarationEnd, Dot, ElseWord, End, FalseWord, FrozenWord, IfWord,
  LineToken, Minus, Name, NotWord, NumberToken, OpenBrace, OpenBracket, OpenParen, Operator, OverparamWord, parserTokens, PipeSymbol,
  Range, StringToken, ThenWord, TrueWord, Unit,
} from "./tokens.js";

/** How a parser is made; the tests switch checks on and known ambiguities off. */
export interface ParserSettings {
  /** Let Chevrotain look for mistakes in the grammar itself; slow. */
  readonly validate: boolean;
  /** Leave out what only exists to catch unknown lines, which hides true ambiguities. */
  readonly strict: boolean;
  /** Go on after a mistake, and find the next; left out, yes. */
  readonly recover?: boolean;
  /** How to choose between alternatives; left out, Chevrotain computes it from the productions. */
  readonly lookahead?: ILookaheadStrategy;
}

/** What the tree is built with inside of Chevrotain. */
interface TreeInsides {
  readonly CST_STACK: CstNode[];
  setInitialNodeLocation(node: CstNode): void;
}

/** Productions from names up to expressions. */
export abstract class ExpressionParser extends CstParser {
  protected readonly strict: boolean;
  /** Mistakes found since it was last set to 0. */
  readonly mistakes: { count: number };

  protected constructor(settings: ParserSettings) {
    const mistakes = { count: 0 };
    super([...parserTokens], {
      recoveryEnabled: settings.recover ?? true,
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider: syntaxMessages(mistakes),
      skipValidations: !settings.validate,
      ...(settings.lookahead === undefined ? {} : { lookaheadStrategy: settings.lookahead }),
    });
    this.strict = settings.strict;
    this.mistakes = mistakes;
  }

  /**
   * Begins a node of the tree. Chevrotain's own begins one with `Object.create(null)`, which V8 keeps as a hash table, slow to fill and to
   * collect. No production and no label is named like a member of every object. (The names of Chevrotain's insides are why its version is exact.)
   */
  protected cstInvocationStateUpdate(name: string): void {
    const insides = this as unknown as TreeInsides;
    const node: CstNode = { name, children: {} };
    insides.setInitialNodeLocation(node);
    insides.CST_STACK.push(node);
  }

  // The end of a line and a brace are where recovery goes on; they are never taken for a slip.
  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    const found = this.LA(1);
    return ![End, DeclarationEnd, OpenBrace, CloseBrace].some((type) => tokenMatcher(found, type));
  }

  // A literal out of thin air would look like something the user wrote; a name of no text cannot.
  protected override canTokenTypeBeInsertedInRecovery(type: TokenType): boolean {
    return type !== NumberToken && type !== StringToken;
  }

  // path = NAME { "." NAME }
  path = this.RULE("path", () => this.names());

  private names(): void {
    this.CONSUME(Name);
    this.MANY(() => {
      this.CONSUME(Dot);
      this.CONSUME2(Name);
    });
  }

  // type = NAME [ "[" [ size { "," size } ] "]" ] { "|" NAME } [ "below" sum ]
  type = this.RULE("type", () => {
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(OpenBracket);
      this.MANY_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.size) });
      this.CONSUME(CloseBracket);
    });
    this.MANY(() => {
      this.CONSUME(Bar);
      this.CONSUME2(Name, { LABEL: "alternative" });
    });
    this.OPTION2(() => {
      this.CONSUME(BelowWord);
      this.SUBRULE(this.operation);
    });
  });

  // size = [ ".." ] expr
  size = this.RULE("size", () => {
    this.OPTION(() => this.CONSUME(Range));
    this.SUBRULE(this.expression);
  });

  // expr = "if" expr "then" expr "else" expr | operation { "|>" call }
  expression = this.RULE("expression", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.conditional) },
      {
        ALT: () => {
          this.operands();
          this.MANY2(() => this.SUBRULE(this.pipeStep));
        },
      },
    ]);
  });

  conditional = this.RULE("conditional", () => {
    this.CONSUME(IfWord);
    this.SUBRULE(this.expression, { LABEL: "condition" });
    this.CONSUME(ThenWord);
    this.SUBRULE2(this.expression, { LABEL: "then" });
    this.CONSUME(ElseWord);
    this.SUBRULE3(this.expression, { LABEL: "else" });
  });

  // Takes operators after the call, which are a mistake: `x |> f + y` asks for parentheses.
  pipeStep = this.RULE("pipeStep", () => {
    this.CONSUME(PipeSymbol);
    this.SUBRULE(this.call);
    this.OPTION(() => this.SUBRULE(this.strayOperation));
  });

  strayOperation = this.RULE("strayOperation", () => {
    this.AT_LEAST_ONE(() => {
      this.CONSUME(Operator);
      this.SUBRULE(this.operand);
    });
  });

  // or      = and { "or" and }              compare = sum [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) sum ]
  // and     = compare { "and" compare }     sum     = product { ( "+" | "-" ) product }
  // product = unary { ( "*" | "/" ) unary } power   = postfix [ "**" unary ]
  // One flat production for all of them, which an expression has in itself, because six nodes around every number are most of the time of
  // parsing; whoever reads the tree applies the precedence.
  operation = this.RULE("operation", () => this.operands());

  private operands(): void {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(Operator);
      this.SUBRULE2(this.operand);
    });
  }

  // unary = [ "-" | "not" ] power; postfix = primary { annotation }
  operand = this.RULE("operand", () => {
    this.OPTION3(() => this.OR2([{ ALT: () => this.CONSUME(Minus) }, { ALT: () => this.CONSUME(NotWord) }]));
    this.value();
    this.MANY2(() => this.SUBRULE(this.annotation));
  });

  // call = path [ args ] { annotation }
  call = this.RULE("call", () => {
    this.SUBRULE(this.plainCall);
    this.MANY(() => this.SUBRULE(this.annotation));
  });

  // plainCall = path [ args ]
  plainCall = this.RULE("plainCall", () => this.pathAndArguments());

  private pathAndArguments(): void {
    this.names();
    this.OPTION(() => this.SUBRULE(this.args));
  }

  // annotation = "frozen" | "overparam" ( NUMBER | NAME | args )
  annotation = this.RULE("annotation", () => {
    this.OR([
      { ALT: () => this.CONSUME(FrozenWord) },
      {
        ALT: () => {
          this.CONSUME(OverparamWord);
          this.OR2([{ ALT: () => this.CONSUME(NumberToken) }, { ALT: () => this.CONSUME(Name) }, { ALT: () => this.SUBRULE(this.args) }]);
        },
      },
    ]);
  });

  // primary = NUMBER [ UNIT ] | STRING | "true" | "false" | "[" [ expr { "," expr } ] "]" | "(" expr ")" | path [ args ]
  primary = this.RULE("primary", () => this.value());

  private value(): void {
    this.OR([
      { ALT: () => this.pathAndArguments() },
      {
        ALT: () => {
          this.CONSUME(NumberToken);
          this.OPTION2(() => this.CONSUME(Unit));
        },
      },
      { ALT: () => this.CONSUME(StringToken) },
      { ALT: () => this.CONSUME(TrueWord) },
      { ALT: () => this.CONSUME(FalseWord) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.group) },
    ]);
  }

  list = this.RULE("list", () => {
    this.CONSUME(OpenBracket);
    this.MANY_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(CloseBracket);
  });

  group = this.RULE("group", () => {
    this.CONSUME(OpenParen);
    this.SUBRULE(this.expression);
    this.CONSUME(CloseParen);
  });

  // args = "(" [ arg { "," arg } ] ")"
  args = this.RULE("args", () => {
    this.CONSUME(OpenParen);
    this.MANY_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.arg) });
    this.CONSUME(CloseParen);
  });

  // arg = [ NAME ":" ] expr
  // Takes `=` for `:`, which is a mistake that is told where the tree is read.
  arg = this.RULE("arg", () => {
    this.OPTION({
      MAX_LOOKAHEAD: 2,
      DEF: () => {
        this.CONSUME(Name);
        this.OR([{ ALT: () => this.CONSUME(Colon) }, { ALT: () => this.CONSUME(Assign, { LABEL: "strayAssign" }) }]);
      },
    });
    this.SUBRULE(this.expression);
  });

  // params = "(" [ param { "," param } ] ")"
  params = this.RULE("params", () => {
    this.CONSUME(OpenParen);
    this.MANY_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.param) });
    this.CONSUME(CloseParen);
  });

  // param = NAME ":" type [ "=" expr ]
  param = this.RULE("param", () => {
    this.CONSUME(Name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(Assign);
      this.SUBRULE(this.expression);
    });
  });

  // What no rule above takes, up to the brace or the end of the line; always a mistake.
  stray = this.RULE("stray", () => {
    this.AT_LEAST_ONE(() => this.CONSUME(LineToken));
  });
}
