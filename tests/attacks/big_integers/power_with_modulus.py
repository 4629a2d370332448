# tries: a power that takes long though it is small
answer = pow(3, 10**10**6, 10**10**5)
