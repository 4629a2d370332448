# tries: doubles a text until nothing is left
x = "a"
for i in range(100):
    x = x + x
answer = len(x)
