# tries: runs code at the end
import atexit
atexit.register(lambda: open(CANARY_DIR + "/atexit", "w"))
answer = 1
