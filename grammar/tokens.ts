// The vocabulary of sop: every kind of token and the words of the language. Relies on Chevrotain only.
//
// Words are lexed as identifiers and get their kind from `wordTokens` (lexer.ts), so that a word is never the prefix of a longer name.
// Categories carry the traps of the grammar: `Name` is an identifier or any word that is not reserved, `LineToken` is what an
// unknown line may be made of.

import { createToken, Lexer, type ITokenConfig, type TokenType } from "chevrotain";

/**
 * A token that belongs to categories. Chevrotain would find out anew with each token what belongs to what, which takes 4 ms of every start; what is
 * noted here is what it finds. tests/unit/grammar.test.ts holds that.
 */
function tokenOf(parents: TokenType[], config: ITokenConfig): TokenType {
  const type = createToken(config);
  type.CATEGORIES = parents;
  const { tokenTypeIdx: index = 0 } = type;
  for (const category of categoriesAbove(parents)) {
    category.isParent = true;
    (category.categoryMatchesMap ??= {})[index] = true;
    (category.categoryMatches ??= []).push(index);
  }
  return type;
}

function categoriesAbove(parents: readonly TokenType[]): TokenType[] {
  return parents.flatMap((parent) => [parent, ...categoriesAbove(parent.CATEGORIES ?? [])]);
}

/** A category: never matched by itself. */
function category(name: string, label: string, parents: TokenType[] = []): TokenType {
  return tokenOf(parents, { name, label, pattern: Lexer.NA });
}

/** Any token but the ends of lines and the braces: what a line that the grammar does not know is made of. */
export const LineToken = category("LineToken", "anything");

/** A name: an identifier or a word that is special only in its place. */
export const Name = category("Name", "a name", [LineToken]);
/** `by every keep over stalls to when`: the words that link the parts of a clause's item. */
export const LinkingWord = category("LinkingWord", "a linking word", [LineToken]);
/** A unit of a number: the word after it. */
export const Unit = category("Unit", "a unit", [Name]);

/** An operator between two values. */
export const Operator = category("Operator", "an operator", [LineToken]);

// --- Words ---

/** A word with a token of its own. */
function word(name: string, parents: TokenType[]): TokenType {
  return tokenOf(parents, { name: name.charAt(0).toUpperCase() + name.slice(1) + "Word", label: `\`${name}\``, pattern: Lexer.NA });
}

const reserved = [LineToken];
export const ImportWord = word("import", reserved);
export const LetWord = word("let", reserved);
export const IfWord = word("if", reserved);
export const ThenWord = word("then", reserved);
export const ElseWord = word("else", reserved);
export const RepeatWord = word("repeat", reserved);
export const ReturnWord = word("return", reserved);
export const AssertWord = word("assert", reserved);
export const FieldsWord = word("fields", reserved);
export const OverparamWord = word("overparam", reserved);
export const FrozenWord = word("frozen", reserved);
export const FuseWord = word("fuse", reserved);
export const TrueWord = word("true", reserved);
export const FalseWord = word("false", reserved);
export const AndWord = word("and", [Operator]);
export const OrWord = word("or", [Operator]);
export const NotWord = word("not", reserved);

const soft = [Name];
export const DataWord = word("data", soft);
export const BlockWord = word("block", soft);
export const ModelWord = word("model", soft);
export const TrainWord = word("train", soft);
export const RecipeWord = word("recipe", soft);
export const LayerWord = word("layer", soft);
export const InputWord = word("input", soft);
export const OutputWord = word("output", soft);
export const FromWord = word("from", soft);
export const AsWord = word("as", soft);
export const AtWord = word("at", soft);
export const StepWord = word("step", soft);
export const BelowWord = word("below", soft);
export const OnWord = word("on", soft);

const linkingWords = ["by", "every", "keep", "over", "stalls", "to", "when"].map((name) => word(name, [LinkingWord]));
const unitWords = ["steps", "epochs"].map((name) => word(name, [Unit]));

const reservedTokens = [
  ImportWord, LetWord, IfWord, ThenWord, ElseWord, RepeatWord, ReturnWord, AssertWord, FieldsWord,
  OverparamWord, FrozenWord, FuseWord, TrueWord, FalseWord, AndWord, OrWord, NotWord, ...linkingWords,
];
const softTokens = [
  DataWord, BlockWord, ModelWord, TrainWord, RecipeWord, LayerWord, InputWord, OutputWord,
  FromWord, AsWord, AtWord, StepWord, BelowWord, OnWord, ...unitWords,
];

function spelling(type: TokenType): string {
  return (type.LABEL ?? "").slice(1, -1);
}

/** The tokens of reserved words. */
export const reservedTypes: ReadonlySet<TokenType> = new Set(reservedTokens);

/** Words that can never be names. */
export const reservedWords: readonly string[] = reservedTokens.map(spelling);

/** Words that start or link something in the grammar and are names elsewhere; a value or declaration of that name is not allowed. */
export const placeWords: readonly string[] = [
  "data", "block", "model", "train", "recipe", "layer", "input", "output", "from", "as", "at", "below", "on",
];

/** The token of each word that has one of its own; every other word is an `Identifier`. */
export const wordTokens: ReadonlyMap<string, TokenType> = new Map([...reservedTokens, ...softTokens].map((type) => [spelling(type), type]));

// --- What the lexer matches ---
// What each pattern may begin with is said, since Chevrotain would find it out at every start; tests/unit/grammar.test.ts holds that it is right.

const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"];

export const Identifier = tokenOf([Name], { name: "Identifier", label: "a name", pattern: /[A-Za-z_]\w*/, start_chars_hint: letters });
/** A number without its suffix: `10_000`, `0.5`, `1e-3`. */
export const digits = /\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d{1,3})?/;
/** What may cling to it: a share, a thousandfold, a number of bytes. */
export const numberSuffix = /%|[KMG]B?/;
// Takes everything that clings to a digit, so that `0x10` or `2.5.1` is one mistake; lexer.ts says which are numbers.
export const NumberToken = tokenOf([LineToken], { name: "Number", label: "a number", pattern: /\d(?:[eE][+\-−–]?\d|\w|\.(?=\w))*%?/, start_chars_hint: [..."0123456789"] });
export const StringToken = tokenOf([LineToken], { name: "String", label: "a string", pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/, start_chars_hint: ['"'] });

function symbol(name: string, pattern: string, parents: TokenType[] = [LineToken]): TokenType {
  return tokenOf(parents, { name, label: `\`${pattern}\``, pattern });
}

export const PipeSymbol = symbol("Pipe", "|>");
export const Arrow = symbol("Arrow", "->");
export const Range = symbol("Range", "..");
export const Equal = symbol("Equal", "==", [Operator]);
export const NotEqual = symbol("NotEqual", "!=", [Operator]);
export const AtMost = symbol("AtMost", "<=", [Operator]);
export const AtLeast = symbol("AtLeast", ">=", [Operator]);
export const Less = symbol("Less", "<", [Operator]);
export const Greater = symbol("Greater", ">", [Operator]);
export const Power = symbol("Power", "**", [Operator]);
export const Times = symbol("Times", "*", [Operator]);
export const Divide = symbol("Divide", "/", [Operator]);
export const Plus = symbol("Plus", "+", [Operator]);
export const Minus = symbol("Minus", "-", [Operator]);
export const Assign = symbol("Assign", "=");
export const Bar = symbol("Bar", "|");
export const Dot = symbol("Dot", ".");
export const Comma = symbol("Comma", ",");
export const Colon = symbol("Colon", ":");
export const OpenParen = symbol("OpenParen", "(");
export const CloseParen = symbol("CloseParen", ")");
export const OpenBracket = symbol("OpenBracket", "[");
export const CloseBracket = symbol("CloseBracket", "]");
export const OpenBrace = symbol("OpenBrace", "{", []);
export const CloseBrace = symbol("CloseBrace", "}", []);

export const Newline = createToken({ name: "Newline", label: "the end of the line", pattern: /[\r\n;]+/, start_chars_hint: [..."\r\n;"] });
export const Space = createToken({ name: "Space", pattern: /[ \t\f\v\u00a0\ufeff]+/, group: Lexer.SKIPPED, start_chars_hint: [..." \t\f\v\u00a0\ufeff"] });
export const DocComment = createToken({ name: "DocComment", pattern: /\/\/\/(?!\/)[^\r\n]*/, group: "comments", start_chars_hint: ["/"] });
export const Comment = createToken({ name: "Comment", pattern: /\/\/[^\r\n]*/, group: "comments", start_chars_hint: ["/"] });

// Spellings of other languages, taken whole so that each is one mistake; lexer.ts reports them and goes on with what was meant.
export const ForeignString = createToken({ name: "ForeignString", pattern: /'[^'\r\n]*'?|`[^`\r\n]*`?|[“”„‘’][^“”‘’"'\r\n]*[“”‘’"']?|"(?:[^"\\\r\n]|\\[^\r\n])*\\?/, start_chars_hint: [...`'"\`“”„‘’`] });
export const ForeignComment = createToken({ name: "ForeignComment", pattern: /#[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/, line_breaks: true, start_chars_hint: [..."#/"] });
export const ForeignOperator = createToken({ name: "ForeignOperator", pattern: /&&|\|\||[!=]==|!(?!=)|[\^×÷−–≤≥≠]/, start_chars_hint: [..."&|=!^×÷−–≤≥≠"] });

// --- Ends of lines, made by layout.ts ---

/** A newline that ends a statement or a clause. */
export const End = createToken({ name: "End", label: "the end of the line", pattern: Lexer.NA });
/** A newline that ends a declaration. */
export const DeclarationEnd = createToken({ name: "DeclarationEnd", label: "the end of the line", pattern: Lexer.NA });

/** What the lexer tries, in this order. */
export const lexedTokens: readonly TokenType[] = [
  Space, Identifier, Newline, DocComment, Comment, NumberToken, StringToken, ForeignString, ForeignComment,
  PipeSymbol, Arrow, Range, ForeignOperator, Equal, NotEqual, AtMost, AtLeast, Less, Greater, Power, Times, Divide, Plus, Minus,
  Assign, Bar, Dot, Comma, Colon, OpenParen, CloseParen, OpenBracket, CloseBracket, OpenBrace, CloseBrace,
];

/** All tokens that the parser may name. */
export const parserTokens: readonly TokenType[] = [
  LineToken, Name, LinkingWord, Unit, Operator,
  ...reservedTokens, ...softTokens, ...lexedTokens, End, DeclarationEnd,
];
