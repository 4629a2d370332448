# tries: six loops in one another
n = 0
for a in range(1000):
    for b in range(1000):
        for c in range(1000):
            for d in range(1000):
                n += 1
answer = n
