# tries: keys that all have one hash
x = {}
for i in range(10**5):
    x[i * (2**61 - 1)] = i
answer = len([1 for i in range(10**5) if i * (2**61 - 1) in x])
