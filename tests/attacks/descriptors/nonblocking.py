# tries: makes the shared wire non-blocking
import fcntl, os
fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK)
answer = "OUT"
