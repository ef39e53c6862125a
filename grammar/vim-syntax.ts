// Colors for Neovim until the language server gives better ones, made from the vocabulary: editors/neovim/syntax/sop.vim is what comes out.
// Relies on tokens.ts.

import { digits, numberSuffix, placeWords, reservedWords } from "./tokens.js";

const declarations = ["data", "block", "model", "recipe", "train"];
const bindings = ["layer", "input", "output"];
const constants = ["true", "false"];

/** The text of sop.vim. */
export function vimSyntax(): string {
  for (const word of [...declarations, ...bindings]) if (!placeWords.includes(word)) throw new Error(`\`${word}\` is no word of the language`);
  const number = `${digits.source}(?:${numberSuffix.source})?`;
  return `" Colors of sop until the language server's come, made from grammar/tokens.ts by vim-syntax.ts; do not change by hand.
if exists('b:current_syntax')
  finish
endif

syntax case match
syntax keyword sopKeyword ${reservedWords.filter((word) => !constants.includes(word)).join(" ")}
syntax keyword sopBoolean ${constants.join(" ")}
syntax match sopDeclaration /^\\s*\\zs\\%(${declarations.join("\\|")}\\)\\ze\\s\\+\\h\\w*/ nextgroup=sopName skipwhite
syntax match sopDeclaration /\\<\\%(${bindings.join("\\|")}\\)\\ze\\s\\+\\h\\w*\\s*[:=]/
syntax match sopName /\\h\\w*/ contained
syntax match sopFunction /\\<\\h\\w*\\ze(/
syntax match sopFunction /\\%(|>\\s*\\)\\@<=\\h\\w*/
syntax match sopType /\\<\\h\\w*\\ze\\[/
syntax match sopNumber /\\v<${veryMagic(number)}/
syntax match sopOperator /|>\\|->\\|\\.\\.\\|[-+*\\/=<>!|]/
syntax region sopString start=/"/ skip=/\\\\./ end=/"/ oneline
syntax match sopComment /\\/\\/.*/ contains=@Spell
syntax match sopDocumentation /\\/\\/\\/\\/\\@!.*/ contains=@Spell

highlight default link sopKeyword Keyword
highlight default link sopBoolean Boolean
highlight default link sopDeclaration Structure
highlight default link sopName Identifier
highlight default link sopFunction Function
highlight default link sopType Type
highlight default link sopNumber Number
highlight default link sopOperator Operator
highlight default link sopString String
highlight default link sopComment Comment
highlight default link sopDocumentation SpecialComment

let b:current_syntax = 'sop'
`;
}

/** A pattern in Vim's spelling after \\v: groups that capture nothing are \`%(\`, and \`%\` by itself is escaped. */
function veryMagic(source: string): string {
  return source.replaceAll("%", "\\%").replaceAll("(?:", "%(");
}
