# tries: an attribute that asks for itself
class A:
    def __getattr__(self, name):
        return getattr(self, name + "x")
answer = A().x
