# tries: divides long numbers
x = 3
for i in range(200000):
    x = x + x
answer = [x // (x - i - 1) for i in range(10**6)]
