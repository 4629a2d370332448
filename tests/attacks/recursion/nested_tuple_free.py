# tries: frees a deep structure at the end
x = ()
for i in range(3 * 10**6):
    x = (x, None)
answer = 1
