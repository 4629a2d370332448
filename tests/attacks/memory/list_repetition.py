# tries: asks for a list of ten thousand million items
answer = len([0] * 10**10)
