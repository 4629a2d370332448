# tries: turns a long number into digits
x = 7
for i in range(10**5):
    x = x + x
answer = str(x)
