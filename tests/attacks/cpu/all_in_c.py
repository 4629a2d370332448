# tries: spends its time in one call that Python cannot interrupt
answer = sum(range(10**7)) + sum([sum(range(10**7)) for i in range(10**4)])
