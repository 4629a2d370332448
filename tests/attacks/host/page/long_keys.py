# tries: keys of a hundred thousand characters
answer = {'k' * 100000 + str(i): i for i in range(5)}
