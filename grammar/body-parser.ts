// The middle of the grammar: statements of bodies and clauses of data, train and recipe. Relies on expression-parser.ts.

import { ExpressionParser } from "./expression-parser.js";
import {
  AsWord, AssertWord, Assign, CloseBrace, Colon, Comma, ElseWord, End, FieldsWord, FromWord, IfWord, InputWord, LayerWord, LineToken, LinkingWord, Name,
  OpenBrace, OutputWord, RepeatWord, ReturnWord, StringToken,
} from "./tokens.js";

/** Productions from fields to bodies and clause blocks. */
export abstract class BodyParser extends ExpressionParser {
  // field = NAME ":" type [ "from" expr ]
  field = this.RULE("field", () => {
    this.CONSUME(Name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(FromWord);
      this.SUBRULE(this.expression);
    });
  });

  // body = "{" [ statement { END statement } ] "}"
  body = this.RULE("body", () => {
    this.CONSUME(OpenBrace);
    this.MANY_SEP({ SEP: End, DEF: () => this.SUBRULE(this.statement) });
    this.CONSUME(CloseBrace);
  });

  // statement = input | output | layer | repeat | if | return | assert | bind | unknown-line
  // Two words of lookahead and no more: with three, a half-typed `x =` is an unknown line and the name is lost.
  statement = this.RULE("statement", () => {
    this.OR({
      MAX_LOOKAHEAD: 2,
      IGNORE_AMBIGUITIES: !this.strict,
      DEF: [
        { ALT: () => this.SUBRULE(this.inputs) },
        { ALT: () => this.SUBRULE(this.output) },
        { ALT: () => this.SUBRULE(this.layer) },
        { ALT: () => this.SUBRULE(this.repeat) },
        { ALT: () => this.SUBRULE(this.if) },
        { ALT: () => this.SUBRULE(this.return) },
        { ALT: () => this.SUBRULE(this.assert) },
        { ALT: () => this.SUBRULE(this.bind) },
        ...(this.strict ? [] : [{ ALT: () => this.SUBRULE(this.unknownLine) }]),
      ],
    });
    this.OPTION(() => this.SUBRULE(this.strayBraces));
  });

  // input = "input" field { "," field }
  inputs = this.RULE("inputs", () => {
    this.CONSUME(InputWord);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.field) });
  });

  // output = "output" NAME [ ":" type ] "=" expr
  output = this.RULE("output", () => {
    this.CONSUME(OutputWord);
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(Assign);
    this.SUBRULE(this.expression);
  });

  // layer = "layer" NAME "=" expr
  layer = this.RULE("layer", () => {
    this.CONSUME(LayerWord);
    this.CONSUME(Name);
    this.CONSUME(Assign);
    this.SUBRULE(this.expression);
  });

  // repeat = "repeat" expr [ "as" NAME ] body
  repeat = this.RULE("repeat", () => {
    this.CONSUME(RepeatWord);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(AsWord);
      this.CONSUME(Name);
    });
    if (!this.strict) this.OPTION2(() => this.SUBRULE(this.stray));
    this.SUBRULE(this.body);
  });

  // if = "if" expr body [ "else" ( if | body ) ]
  if = this.RULE("if", () => {
    this.CONSUME(IfWord);
    this.SUBRULE(this.expression);
    if (!this.strict) this.OPTION(() => this.SUBRULE(this.stray));
    this.SUBRULE(this.body);
    this.OPTION2(() => {
      this.CONSUME(ElseWord);
      this.OR([{ ALT: () => this.SUBRULE(this.if) }, { ALT: () => this.SUBRULE2(this.body, { LABEL: "else" }) }]);
    });
  });

  // return = "return" expr { "," expr }
  return = this.RULE("return", () => {
    this.CONSUME(ReturnWord);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.expression) });
  });

  // assert = "assert" expr [ "," STRING ]
  assert = this.RULE("assert", () => {
    this.CONSUME(AssertWord);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(Comma);
      this.CONSUME(StringToken);
    });
  });

  // bind = NAME { "," NAME } "=" expr
  bind = this.RULE("bind", () => {
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.CONSUME(Name) });
    this.CONSUME(Assign);
    this.SUBRULE(this.expression);
  });

  // Catches a line that starts with a word it cannot start with, so that the rest of the body is not lost.
  unknownLine = this.RULE("unknownLine", () => {
    this.AT_LEAST_ONE(() => this.CONSUME(LineToken));
  });

  // Braces where none belong, with all that is in them.
  strayBraces = this.RULE("strayBraces", () => {
    this.CONSUME(OpenBrace);
    this.MANY(() =>
      this.OR([{ ALT: () => this.CONSUME(LineToken) }, { ALT: () => this.CONSUME(End) }, { ALT: () => this.SUBRULE(this.strayBraces) }]),
    );
    this.CONSUME(CloseBrace);
  });

  // clauses = "{" [ clause { END clause } ] "}"
  clauses = this.RULE("clauses", () => {
    this.CONSUME(OpenBrace);
    this.MANY_SEP({ SEP: End, DEF: () => this.SUBRULE(this.clause) });
    this.CONSUME(CloseBrace);
  });

  // clause = "fields" field { "," field } | assert | NAME [ item { "," item } ] | unknown-line
  clause = this.RULE("clause", () => {
    this.OR({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: !this.strict,
      DEF: [
        { ALT: () => this.SUBRULE(this.fields) },
        { ALT: () => this.SUBRULE(this.assert) },
        { ALT: () => this.SUBRULE(this.wordClause) },
        ...(this.strict ? [] : [{ ALT: () => this.SUBRULE(this.unknownLine) }]),
      ],
    });
    this.OPTION(() => this.SUBRULE(this.strayBraces));
  });

  fields = this.RULE("fields", () => {
    this.CONSUME(FieldsWord);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.field) });
  });

  // Takes a sign after the word, which is a mistake: `batch = 32`.
  wordClause = this.RULE("wordClause", () => {
    this.CONSUME(Name);
    this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(Assign, { LABEL: "strayAssign" }) }, { ALT: () => this.CONSUME(Colon, { LABEL: "strayAssign" }) }]),
    );
    this.MANY_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.item) });
  });

  // item = [ NAME ":" ] part { part }
  item = this.RULE("item", () => {
    this.OPTION({
      MAX_LOOKAHEAD: 2,
      DEF: () => {
        this.CONSUME(Name);
        this.CONSUME(Colon);
      },
    });
    this.AT_LEAST_ONE(() => this.SUBRULE(this.part));
  });

  // part = LINKING-WORD | expr
  part = this.RULE("part", () => {
    this.OR([{ ALT: () => this.CONSUME(LinkingWord) }, { ALT: () => this.SUBRULE(this.expression) }]);
  });
}
