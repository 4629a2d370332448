# tries: prints without end
for i in range(10**7):
    print("x" * 1000)
answer = 1
