# tries: forks twice and lets the first one end
import os
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    open(CANARY_DIR + "/daemon", "w")
answer = "OUT"
