# tries: lists the host's folders
import os
answer = "OUT " + str(os.listdir("/")) + str(os.listdir(CANARY_DIR))
