# tries: an operator that is a call
class A:
    def __radd__(self, other):
        return open(SECRET_FILE).read()
answer = "OUT " + (1 + A())
