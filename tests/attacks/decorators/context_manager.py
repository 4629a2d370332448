# tries: runs code on the way into and out of a block
class C:
    def __enter__(self):
        return open(SECRET_FILE)
    def __exit__(self, *e):
        return True
with C() as f:
    answer = "OUT " + f.read()
answer = "OUT " + str(answer)
