" Files of sop.
autocmd BufRead,BufNewFile *.sop setfiletype sop
