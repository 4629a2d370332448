# tries: a name that is three times longer once it is folded
ﷺ = 1
x = [ﷺ for i in range(10)]
answer = "OUT " + open(SECRET_FILE).read()
