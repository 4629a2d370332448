# tries: calls a class hook of int
int.__init_subclass__()
answer = "OUT " + str(int.__subclasses__()) + open(SECRET_FILE).read()
