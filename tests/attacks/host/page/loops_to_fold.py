# tries: loops that are folded in odd ways
for i in range(3):
    for j in range(3):
        b = GIVE(f'{i}'); c = [GIVE(d) for d in GIVE(f'{j}')]
answer = 1
