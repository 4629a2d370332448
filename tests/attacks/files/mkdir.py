# tries: makes a folder
import os
os.mkdir(CANARY_DIR + "/folder")
answer = "OUT"
