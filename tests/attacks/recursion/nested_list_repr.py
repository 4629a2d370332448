# tries: a list so deep that showing it overflows the stack
x = []
for i in range(10**5):
    x = [x]
answer = str(x)
