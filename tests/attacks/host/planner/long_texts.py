# tries: multiplies texts for a tool
a = 'x' * 10**9
b = GIVE('x' * 10**9)
c = GIVE(a + a)
answer = 1
