# tries: makes a named pipe that others could hang on
import os
os.mkfifo(CANARY_DIR + "/pipe")
answer = "OUT"
