# tries: answers for a base class with another
class B:
    def __mro_entries__(self, bases):
        return (open(SECRET_FILE).read().__class__,)
class A(B()):
    pass
answer = "OUT " + str(A.__mro__) + open(SECRET_FILE).read()
