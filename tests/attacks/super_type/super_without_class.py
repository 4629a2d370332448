# tries: calls super outside of a class
answer = "OUT " + str(super(int, True).__init__) + open(SECRET_FILE).read()
