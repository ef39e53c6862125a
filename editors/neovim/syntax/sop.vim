" Colors of sop until the language server's come, made from grammar/tokens.ts by vim-syntax.ts; do not change by hand.
if exists('b:current_syntax')
  finish
endif

syntax case match
syntax keyword sopKeyword import let if then else repeat return assert fields overparam frozen fuse and or not by every keep over stalls to when
syntax keyword sopBoolean true false
syntax match sopDeclaration /^\s*\zs\%(data\|block\|model\|recipe\|train\)\ze\s\+\h\w*/ nextgroup=sopName skipwhite
syntax match sopDeclaration /\<\%(layer\|input\|output\)\ze\s\+\h\w*\s*[:=]/
syntax match sopName /\h\w*/ contained
syntax match sopFunction /\<\h\w*\ze(/
syntax match sopFunction /\%(|>\s*\)\@<=\h\w*/
syntax match sopType /\<\h\w*\ze\[/
syntax match sopNumber /\v<\d+%(_\d+)*%(\.\d+%(_\d+)*)?%([eE][+-]?\d{1,3})?%(\%|[KMG]B?)?/
syntax match sopOperator /|>\|->\|\.\.\|[-+*\/=<>!|]/
syntax region sopString start=/"/ skip=/\\./ end=/"/ oneline
syntax match sopComment /\/\/.*/ contains=@Spell
syntax match sopDocumentation /\/\/\/\/\@!.*/ contains=@Spell

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
