# tries: stops the host instead of killing it
import os, signal
os.kill(HOST_PID, signal.SIGSTOP)
answer = "OUT"
