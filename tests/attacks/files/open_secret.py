# tries: opens a file
answer = "OUT " + open(SECRET_FILE).read()
