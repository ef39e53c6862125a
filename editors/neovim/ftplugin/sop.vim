" How text of sop is written: two spaces, comments, documentation that goes on on the next line.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal expandtab shiftwidth=2 softtabstop=2
setlocal comments=:///,:// commentstring=//\ %s formatoptions-=t formatoptions+=croql
setlocal iskeyword=@,48-57,_
setlocal smartindent

let b:undo_ftplugin = 'setlocal expandtab< shiftwidth< softtabstop< comments< commentstring< formatoptions< iskeyword< smartindent<'
