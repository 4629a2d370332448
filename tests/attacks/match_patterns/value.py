# tries: calls a property through a value pattern
class P:
    @property
    def x(self):
        return open(SECRET_FILE).read()
match "y":
    case P.x:
        answer = 1
answer = "OUT " + P().x
