# tries: replaces a tool by its own
T = lambda *a: "OUT"
LOC = T
answer = ECHO(1)
