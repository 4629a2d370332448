# tries: a private name that Python would mangle inside of a class
__secret = 1
answer = "OUT " + str(__secret)
