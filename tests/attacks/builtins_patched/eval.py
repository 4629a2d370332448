# tries: evaluates text
answer = "OUT " + eval("open(SECRET_FILE).read()")
