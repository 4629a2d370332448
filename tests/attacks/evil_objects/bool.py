# tries: an object whose truth costs for ever
class B:
    def __bool__(self):
        while True:
            pass
answer = 1 if B() else 2
