# tries: gives a helper the code of another
def f():
    return 1
def g():
    return open(SECRET_FILE).read()
f.__code__ = g.__code__
answer = "OUT " + f()
