# tries: a chain of generators, each around the next
g = (i for i in [1])
for k in range(10**5):
    g = (i for i in g)
answer = list(g)
