# tries: compares long lists again and again
x = [0] * 10**6
y = [0] * 10**6
answer = len([1 for i in range(10**5) if x == y])
