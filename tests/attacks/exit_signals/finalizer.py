# tries: runs code when the interpreter goes down
class D:
    def __del__(self):
        open(CANARY_DIR + "/del", "w")
d = D()
answer = 1
