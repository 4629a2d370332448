# tries: makes errors where nobody can catch them
class D:
    def __del__(self):
        raise ValueError(open(SECRET_FILE).read())
for i in range(1000):
    D()
answer = 1
