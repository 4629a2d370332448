# tries: calls a tool with a thousand arguments
answer = ECHO(*range(1000), **{"k" + str(i): i for i in range(900)})
