# tries: lets every value be an instance
class M(type):
    def __instancecheck__(self, other):
        open(CANARY_DIR + "/check", "w")
        return True
class A(metaclass=M):
    pass
answer = "OUT " + str(isinstance(1, A))
