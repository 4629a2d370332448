# tries: hides a statement behind a line separator
x = "a b  c"; answer = ECHO(x)
open(CANARY_DIR + "/separator", "w")
