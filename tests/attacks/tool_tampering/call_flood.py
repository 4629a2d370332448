# tries: calls a tool again and again
for i in range(10**6):
    T(image)
answer = 1
