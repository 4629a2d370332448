# tries: makes a loop set a guard
for _getiter_ in [lambda x: open(SECRET_FILE)]:
    pass
answer = "OUT " + [l for l in "x"][0]
