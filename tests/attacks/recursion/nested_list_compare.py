# tries: compares two deep lists
x, y = [], []
for i in range(10**5):
    x, y = [x], [y]
answer = x == y
