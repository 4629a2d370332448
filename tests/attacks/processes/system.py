# tries: runs a command
import os
answer = "OUT " + str(os.system("id > " + CANARY_DIR + "/id"))
