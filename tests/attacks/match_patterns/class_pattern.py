# tries: reads an attribute with a class pattern
match image:
    case object(__class__=c):
        answer = "OUT " + str(c.__mro__) + open(SECRET_FILE).read()
