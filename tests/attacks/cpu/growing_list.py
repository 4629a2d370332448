# tries: loops over a list that grows
x = [1]
for i in x:
    x.append(i)
answer = 1
