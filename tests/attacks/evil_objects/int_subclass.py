# tries: a number that is another in the next line
class N(int):
    def __index__(self):
        return open(SECRET_FILE)
answer = [1, 2, 3][N(1)]
