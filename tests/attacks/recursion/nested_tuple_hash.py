# tries: hashes a deep tuple, which Python does without a limit
x = ()
for i in range(10**6):
    x = (x,)
answer = len({x: 1})
