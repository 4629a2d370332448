# tries: works out powers for a tool
b = GIVE(f'{9**9**9**9}')
c = GIVE(f'{1 << 10**10}')
answer = 1
