# tries: runs code when an attribute gets its name
class D:
    def __set_name__(self, owner, name):
        open(CANARY_DIR + "/set_name", "w").write("x")
class A:
    d = D()
answer = "OUT"
