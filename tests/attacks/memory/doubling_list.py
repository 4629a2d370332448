# tries: doubles a list in place
x = [1]
for i in range(100):
    x += x
answer = len(x)
