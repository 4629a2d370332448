# tries: hides a call in a pattern's guard
match 1:
    case x if (f := open(SECRET_FILE)):
        answer = "OUT " + f.read()
