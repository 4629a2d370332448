# tries: prints a gigabyte
for i in range(10**6):
    print("x" * 1000)
answer = 1
