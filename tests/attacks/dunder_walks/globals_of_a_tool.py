# tries: reads the globals of the function behind a tool
g = T.__globals__
answer = "OUT " + str(sorted(g)[:9]) + open(SECRET_FILE).read()
