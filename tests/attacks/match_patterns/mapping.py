# tries: takes the rest of a mapping
match {"a": T}:
    case {"a": object(__closure__=c), **rest}:
        answer = "OUT " + str(c[0].cell_contents) + open(SECRET_FILE).read()
