# tries: merges the globals of a tool into a dictionary
answer = "OUT " + str({**T.__globals__}) + open(SECRET_FILE).read()
