# tries: hides letters of a method in a ligature
answer = "OUT " + "{0.__class__}".ﬁnd("x") + "{}".format(open(SECRET_FILE).read())
