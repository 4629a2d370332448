# tries: the same in place
x = 3
for i in range(100):
    x *= x
answer = x
