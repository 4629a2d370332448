# tries: calls the function behind the statement
answer = "OUT " + str(__import__("os").listdir("/"))
