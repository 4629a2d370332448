# tries: a dictionary that grows
answer = len({i: [i] for i in range(10**7)})
