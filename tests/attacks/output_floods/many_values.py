# tries: a message of a million values
answer = [[] for i in range(10**6)]
