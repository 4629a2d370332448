# tries: starts the pager
help(T)
answer = "OUT"
