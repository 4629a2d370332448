# tries: moves the host to one processor
import os
os.sched_setaffinity(HOST_PID, {0})
answer = "OUT"
