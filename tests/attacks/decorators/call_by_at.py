# tries: calls a function with no call in sight
@open
@lambda f: SECRET_FILE
def f():
    pass
answer = "OUT " + f.read()
