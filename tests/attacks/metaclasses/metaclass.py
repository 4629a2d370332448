# tries: runs code when a class is made
class M(type):
    def __new__(cls, name, bases, namespace):
        namespace["secret"] = open(SECRET_FILE).read()
        return super().__new__(cls, name, bases, namespace)
class A(metaclass=M):
    pass
answer = "OUT " + A.secret
