# tries: looks for a fraction in a range of a thousand million
if 1.5 in range(1000000000):
    b = GIVE('x')
answer = GIVE('y')
