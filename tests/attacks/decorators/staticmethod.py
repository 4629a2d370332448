# tries: hides a built-in function behind a static method
class A:
    o = staticmethod(open)
answer = "OUT " + A.o(SECRET_FILE).read()
