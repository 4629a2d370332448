# tries: takes the module that a built-in function belongs to
m = len.__self__
answer = "OUT " + m.open(SECRET_FILE).read()
