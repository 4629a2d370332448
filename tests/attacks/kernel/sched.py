# tries: asks for real-time priority
import os
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))
answer = "OUT"
