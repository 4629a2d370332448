# tries: a Cyrillic letter in place of a Latin one, to shadow
рrint = open
answer = "OUT " + рrint(SECRET_FILE).read()
