# tries: shadows the functions that the sandbox uses
len = max = sorted = str = lambda *a: "shadowed"
answer = str(ECHO(1))
