# tries: gives a list that holds itself for an answer
x = [1]
x.append(x)
answer = x
