# tries: gives a class body a namespace of its own
class N(dict):
    def __missing__(self, key):
        return open(SECRET_FILE).read()
class M(type):
    def __prepare__(name, bases):
        return N()
class A(metaclass=M):
    x = anything_at_all
answer = "OUT " + A.x
