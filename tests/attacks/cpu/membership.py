# tries: looks for what is not there
x = [0] * 10**6
answer = len([i for i in range(1, 10**5) if i in x])
