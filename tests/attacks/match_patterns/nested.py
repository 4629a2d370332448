# tries: walks several attributes in one pattern
match T:
    case object(__globals__=g, __code__=c):
        answer = "OUT " + str(g) + open(SECRET_FILE).read()
