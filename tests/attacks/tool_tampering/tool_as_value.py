# tries: gives a tool to a tool and out as an answer
answer = ECHO(T)
