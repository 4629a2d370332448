# tries: writes into the memory of a text
m = memoryview("abc".encode())
answer = "OUT " + str(m.obj) + str(open(SECRET_FILE).read())
