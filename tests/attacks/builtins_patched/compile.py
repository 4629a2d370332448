# tries: compiles text and runs it as a helper
def f():
    return 1
f.__code__ = compile("open(SECRET_FILE)", "x", "eval")
answer = "OUT " + str(f())
