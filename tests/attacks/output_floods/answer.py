# tries: a long answer
answer = "x" * 10**7
