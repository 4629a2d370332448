# tries: gives a tool other code
def f(*a, **k):
    return open(SECRET_FILE).read()
T.__code__ = f.__code__
answer = "OUT " + str(T(1))
