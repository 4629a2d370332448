# tries: lets a tool decorate a helper
@T
def f():
    return 1
answer = "OUT " + str(f)
open(CANARY_DIR + "/decorated", "w")
