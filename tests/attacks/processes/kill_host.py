# tries: kills the host
import os
os.kill(HOST_PID, 9)
answer = "OUT"
