# tries: makes a copy of itself
import os
if os.fork() == 0:
    while True:
        pass
answer = "OUT"
