# tries: makes a list of a thousand million numbers
a = list(range(1000000000))
b = GIVE(f'{a[0]}')
answer = GIVE('y')
