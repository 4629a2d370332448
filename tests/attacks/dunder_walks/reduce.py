# tries: builds a call through the pickling protocol of a list
r = [].__reduce_ex__(2)
answer = "OUT " + str(r[0].__globals__["copyreg"]) + open(SECRET_FILE).read()
