# tries: shifts a one to the far left
answer = 1 << 10**11
