# tries: hundreds of calls in a loop
for i in range(49):
    b = GIVE(f'{i}' * 1000)
answer = 1
