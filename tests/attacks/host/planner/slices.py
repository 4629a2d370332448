# tries: cuts long ranges in odd ways
a = range(10**18)[::-1][5:10**17:3]
for b in a:
    c = GIVE(f'{b}')
answer = 1
