# tries: squares again and again
x = 3
for i in range(100):
    x = x * x
answer = x
