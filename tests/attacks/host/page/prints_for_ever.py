# tries: prints a million lines
for i in range(1000000):
    print('<b>', i)
answer = 1
