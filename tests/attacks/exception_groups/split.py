# tries: reaches frames through the parts of a group
g = ExceptionGroup("g", [ValueError(1), TypeError(2)])
a, b = g.split(ValueError)
answer = "OUT " + str(a.__class__.__mro__) + open(SECRET_FILE).read()
