# tries: an object that contains everything
class C:
    def __contains__(self, x):
        open(CANARY_DIR + "/contains", "w")
        return True
answer = 1 in C()
