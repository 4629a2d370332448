# tries: catches the end of a generator
def g():
    while True:
        try:
            yield 1
        except GeneratorExit:
            open(CANARY_DIR + "/generator", "w")
x = g()
next(x)
answer = 1
