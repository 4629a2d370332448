# tries: waits for a condition that takes for ever
if all(a == a for a in range(10**12)):
    b = GIVE('x')
answer = 1
