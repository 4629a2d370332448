# tries: calls a tool just before its time is over, again and again
for i in range(10**9):
    x = sum(range(10**5))
    T(image)
answer = 1
