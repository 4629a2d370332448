# tries: keeps many sorted copies
x = [0] * 10**6
answer = len([sorted(x) for i in range(10**5)])
