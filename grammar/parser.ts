// The upper half of the grammar: declarations and the whole file. Relies on body-parser.ts.

import { BodyParser } from "./body-parser.js";
import type { ParserSettings } from "./expression-parser.js";
import {
  Arrow, AsWord, Assign, AtWord, BlockWord, CloseBrace, Colon, Comma, DataWord, DeclarationEnd, FromWord, FuseWord, ImportWord, LetWord, LineToken, ModelWord,
  Name, OnWord, OpenBrace, RecipeWord, StepWord, StringToken, TrainWord,
} from "./tokens.js";

/** The parser of `.sop` files. Costly to make, cheap to use again: parse.ts keeps one. */
export class SopParser extends BodyParser {
  constructor(settings: ParserSettings) {
    super(settings);
    this.performSelfAnalysis();
  }

  // program = { declaration DECL-END }
  program = this.RULE("program", () => {
    this.MANY(() => {
      this.SUBRULE(this.declaration);
      this.CONSUME(DeclarationEnd);
    });
  });

  // declaration = import | let | data | block | model | recipe | train
  declaration = this.RULE("declaration", () => {
    this.OR({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: !this.strict,
      DEF: [
        { ALT: () => this.SUBRULE(this.import) },
        { ALT: () => this.SUBRULE(this.let) },
        { ALT: () => this.SUBRULE(this.data) },
        { ALT: () => this.SUBRULE(this.block) },
        { ALT: () => this.SUBRULE(this.model) },
        { ALT: () => this.SUBRULE(this.recipe) },
        { ALT: () => this.SUBRULE(this.train) },
        ...(this.strict ? [] : [{ ALT: () => this.SUBRULE(this.unknownDeclaration) }]),
      ],
    });
  });

  // import = "import" "{" importedName { "," importedName } "}" "from" STRING
  import = this.RULE("import", () => {
    this.CONSUME(ImportWord);
    this.CONSUME(OpenBrace);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.importedName) });
    this.CONSUME(CloseBrace);
    this.CONSUME(FromWord);
    this.CONSUME(StringToken);
  });

  // importedName = NAME [ "as" NAME ]
  importedName = this.RULE("importedName", () => {
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(AsWord);
      this.CONSUME2(Name, { LABEL: "alias" });
    });
  });

  // let = "let" NAME [ ":" type ] "=" expr
  let = this.RULE("let", () => {
    this.CONSUME(LetWord);
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(Assign);
    this.SUBRULE(this.expression);
  });

  // data = "data" NAME "=" path [ args ] [ clauses ]
  data = this.RULE("data", () => {
    this.CONSUME(DataWord);
    this.CONSUME(Name);
    this.CONSUME(Assign);
    this.SUBRULE(this.plainCall);
    if (!this.strict) this.OPTION(() => this.SUBRULE(this.stray));
    this.OPTION2(() => this.SUBRULE(this.clauses));
  });

  // block = "block" NAME params [ "->" type { "," type } ] body
  block = this.RULE("block", () => {
    this.CONSUME(BlockWord);
    this.CONSUME(Name);
    this.SUBRULE(this.params);
    this.OPTION(() => {
      this.CONSUME(Arrow);
      this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.type) });
    });
    if (!this.strict) this.OPTION2(() => this.SUBRULE(this.stray));
    this.SUBRULE(this.body);
  });

  // model = "model" NAME ( [ params ] { annotation } body | "=" call [ fuse ] | fuse )
  model = this.RULE("model", () => {
    this.CONSUME(ModelWord);
    this.CONSUME(Name);
    this.OR({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: !this.strict,
      DEF: [
        { ALT: () => this.SUBRULE(this.instance) },
        { ALT: () => this.SUBRULE(this.fuse) },
        { ALT: () => this.SUBRULE(this.modelBody) },
      ],
    });
  });

  instance = this.RULE("instance", () => {
    this.CONSUME(Assign);
    this.SUBRULE(this.call);
    this.OPTION(() => this.SUBRULE(this.fuse));
  });

  modelBody = this.RULE("modelBody", () => {
    this.OPTION(() => this.SUBRULE(this.params));
    this.MANY(() => this.SUBRULE(this.annotation));
    if (!this.strict) this.OPTION2(() => this.SUBRULE(this.stray));
    this.SUBRULE(this.body);
  });

  // fuse = "fuse" "from" source { "," source } [ "{" [ fuseOption { "," fuseOption } ] "}" ]
  fuse = this.RULE("fuse", () => {
    this.CONSUME(FuseWord);
    this.CONSUME(FromWord);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.source) });
    this.OPTION(() => {
      this.CONSUME(OpenBrace);
      this.MANY_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.fuseOption) });
      this.CONSUME(CloseBrace);
    });
  });

  // fuseOption = NAME ":" expr
  fuseOption = this.RULE("fuseOption", () => {
    this.CONSUME(Name);
    this.CONSUME(Colon);
    this.SUBRULE(this.expression);
  });

  // source = path [ args ] [ "as" path [ args ] ] [ "at" "step" primary ]
  source = this.RULE("source", () => {
    this.SUBRULE(this.plainCall);
    this.OPTION(() => {
      this.CONSUME(AsWord);
      this.SUBRULE2(this.plainCall, { LABEL: "as" });
    });
    this.OPTION2(() => {
      this.CONSUME(AtWord);
      this.CONSUME(StepWord);
      this.SUBRULE(this.primary);
    });
  });

  // recipe = "recipe" NAME [ params ] clauses
  recipe = this.RULE("recipe", () => {
    this.CONSUME(RecipeWord);
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.params));
    if (!this.strict) this.OPTION2(() => this.SUBRULE(this.stray));
    this.SUBRULE(this.clauses);
  });

  // train = "train" NAME ":" call "on" path clauses
  train = this.RULE("train", () => {
    this.CONSUME(TrainWord);
    this.CONSUME(Name);
    this.CONSUME(Colon);
    this.SUBRULE(this.call);
    this.CONSUME(OnWord);
    this.SUBRULE(this.path);
    if (!this.strict) this.OPTION(() => this.SUBRULE(this.stray));
    this.SUBRULE(this.clauses);
  });

  // Catches what is no declaration, up to the next one.
  unknownDeclaration = this.RULE("unknownDeclaration", () => {
    this.OR([{ ALT: () => this.AT_LEAST_ONE(() => this.CONSUME(LineToken)) }, { ALT: () => this.SUBRULE(this.strayBraces) }]);
    this.OPTION(() => this.SUBRULE2(this.strayBraces));
  });
}
