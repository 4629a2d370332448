# tries: unpacks inside of a subscript
x = {}
x[(*T.__closure__, 1)] = 2
answer = "OUT " + str(x) + open(SECRET_FILE).read()
