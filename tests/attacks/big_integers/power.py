# tries: a power with a hundred million digits
answer = 10**10**8
