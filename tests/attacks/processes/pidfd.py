# tries: signals the host through a descriptor
import os, signal
signal.pidfd_send_signal(os.pidfd_open(HOST_PID), 9)
answer = "OUT"
