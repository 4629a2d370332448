# tries: prints one long line
print("x" * 10**7)
answer = 1
