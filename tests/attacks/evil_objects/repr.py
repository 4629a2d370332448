# tries: an object that cannot be shown
class R:
    def __repr__(self):
        return 5
x = R()
answer = str(x)
