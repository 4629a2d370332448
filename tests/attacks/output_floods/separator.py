# tries: prints with a separator of its own
print(*["x"] * 1000, sep="y" * 10**6)
answer = 1
