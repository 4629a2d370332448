# tries: reads a long number
answer = int("9" * 10**7)
