# tries: sorts a long range backwards
a = sorted(reversed(range(1000000000)))
b = GIVE(f'{a[0]}')
answer = 1
