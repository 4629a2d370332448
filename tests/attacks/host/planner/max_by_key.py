# tries: calls a key for each of many
a = max(range(10**9), key=lambda a: -a)
b = GIVE(f'{a}')
answer = 1
