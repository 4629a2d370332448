# tries: reaches a parent's methods through super
class A(str):
    def f(self):
        return super().__class__.__base__.__subclasses__()
answer = "OUT " + str(A("x").f()) + open(SECRET_FILE).read()
