# tries: unpacks what is no sequence
match image:
    case [a, *b]:
        answer = "OUT " + str(a)
    case _:
        answer = "OUT " + open(SECRET_FILE).read()
