# tries: spends the host's time in tools
for i in range(10**6):
    SLOW()
answer = 1
