# tries: a value that is a function
class C:
    def __call__(self, *a, **k):
        return open(SECRET_FILE).read()
answer = "OUT " + max([1], key=C())
