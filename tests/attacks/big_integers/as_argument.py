# tries: gives a tool a number that no message can hold
answer = ECHO(2**100)
