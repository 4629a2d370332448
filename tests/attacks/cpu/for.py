# tries: loops over a range that never ends
n = 0
for i in range(10**30):
    n = n + 1
answer = n
