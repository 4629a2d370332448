# tries: many small lists
x = []
for i in range(10**7):
    x = [x, x, x, x]
answer = 1
