# tries: counts along endless ranges
for a, b in zip(range(10**15), range(10**15)):
    if a == b and b > 10**14:
        c = GIVE('x')
answer = 1
