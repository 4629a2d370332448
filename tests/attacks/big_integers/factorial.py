# tries: a factorial
x = 1
for i in range(1, 10**6):
    x = x * i
answer = x
