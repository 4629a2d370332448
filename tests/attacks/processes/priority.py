# tries: slows the host down
import os
os.setpriority(os.PRIO_PROCESS, HOST_PID, 19)
answer = "OUT"
