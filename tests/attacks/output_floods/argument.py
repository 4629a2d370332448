# tries: a long argument for a tool
answer = ECHO("x" * 10**7)
