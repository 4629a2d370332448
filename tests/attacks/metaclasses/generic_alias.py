# tries: subscripts built-in classes and walks their origin
a = list[int]
answer = "OUT " + str(a.__origin__.__subclasses__()) + open(SECRET_FILE).read()
