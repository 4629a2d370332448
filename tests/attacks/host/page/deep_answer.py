# tries: an answer as deep as one may be
a = 1
for i in range(14):
    a = [a, a]
answer = a
